// Components build their nodes one by one: no HTML string is ever parsed, so Trusted Types hold without a policy.
export default { compilerOptions: { runes: true, fragments: 'tree' } };
