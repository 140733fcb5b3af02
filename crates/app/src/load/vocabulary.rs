//! What other tools call the words of an app's files.

/// Our words, each with the names that it has elsewhere: in SQL, in data frames, in other tools for charts. They are
/// compared in small letters, without the signs between words.
const OTHER_NAMES: &[(&str, &[&str])] = &[
    // Charts.
    ("donut", &["pie", "doughnut", "ring"]),
    ("bar", &["column", "columns", "bars", "histogram"]),
    ("kpi", &["gauge", "number", "metric", "card", "score", "scorecard", "figure", "bignumber", "indicator"]),
    ("leaderboard", &["ranking", "rank", "toplist", "top"]),
    ("line", &["curve", "spline", "lines", "timeseries"]),
    ("point-map", &["map", "bubblemap", "markers", "points"]),
    ("heatmap", &["matrix", "calendar"]),
    ("bar-line", &["combo", "mixed", "linebar"]),
    ("table", &["grid", "list", "datatable", "pivottable"]),
    // Filters.
    ("select", &["dropdown", "singleselect"]),
    ("multi-select", &["checkboxes"]),
    ("date-range", &["date", "period"]),
    // Steps.
    ("aggregate", &["groupby", "group", "summarize", "summarise", "agg"]),
    ("filter", &["where", "having", "query"]),
    ("sort", &["orderby", "order", "sortvalues", "arrange", "sortby"]),
    ("join", &["merge", "lookup", "vlookup", "leftjoin", "innerjoin"]),
    ("append", &["union", "unionall", "bindrows", "vstack"]),
    ("select", &["keep", "project", "selectcolumns"]),
    ("delete", &["drop", "remove", "dropcolumns", "exclude"]),
    ("rename", &["alias", "renamecolumns"]),
    ("formula", &["mutate", "withcolumn", "withcolumns", "assign", "compute", "calculate", "eval", "expression"]),
    ("concatenate", &["concat", "paste"]),
    ("ifthenelse", &["if", "case", "casewhen", "when", "ifelse", "conditional"]),
    ("convert", &["cast", "astype", "settype", "changetype"]),
    ("fillna", &["coalesce", "ifnull", "nvl", "fillnull", "fill"]),
    ("uniquegroups", &["distinct", "unique", "dropduplicates", "deduplicate", "dedup"]),
    ("top", &["head", "limit", "nlargest", "first"]),
    ("pivot", &["pivottable", "pivotwider", "spread", "crosstab", "transpose"]),
    ("unpivot", &["melt", "pivotlonger", "gather", "stack"]),
    ("cumsum", &["runningtotal", "cumulate", "cumulativesum"]),
    ("movingaverage", &["rolling", "rollingmean", "movingmean"]),
    ("percentage", &["share", "ratio", "percent"]),
    ("evolution", &["pctchange", "diff", "lag", "growth"]),
    ("duration", &["datediff", "timediff"]),
    ("dategranularity", &["datetrunc", "truncdate", "resample"]),
    ("dateextract", &["datepart", "extract"]),
    ("todate", &["strptime", "todatetime", "parsedate"]),
    ("fromdate", &["strftime", "formatdate", "tochar"]),
    ("duplicate", &["copy", "clone"]),
    ("absolutevalue", &["abs"]),
    ("lowercase", &["lower", "tolower", "lcase"]),
    ("uppercase", &["upper", "toupper", "ucase"]),
    ("trim", &["strip", "ltrim", "rtrim"]),
    ("replacetext", &["strreplace", "regexpreplace", "regexreplace"]),
    ("substring", &["substr", "left", "right", "mid", "slice"]),
    ("statistics", &["describe", "median", "quantile", "quantiles"]),
    ("customsql", &["sql"]),
    ("domain", &["from", "source", "load"]),
    // Functions of aggregations.
    ("avg", &["mean", "average"]),
    ("sum", &["total"]),
    ("min", &["minimum", "lowest"]),
    ("max", &["maximum", "highest"]),
    ("count distinct", &["nunique", "ndistinct", "uniquecount", "distinct", "distinctcount"]),
    ("count", &["size", "rows"]),
    // Operators.
    ("eq", &["=", "==", "equals", "equal", "is"]),
    ("ne", &["!=", "<>", "notequals", "notequal", "neq", "isnot"]),
    ("lt", &["<", "less", "lessthan", "before"]),
    ("le", &["<=", "lte", "lessorequal"]),
    ("gt", &[">", "greater", "greaterthan", "after"]),
    ("ge", &[">=", "gte", "greaterorequal"]),
    ("in", &["oneof", "isin"]),
    ("nin", &["notin", "noneof"]),
    ("matches", &["like", "ilike", "contains", "regex", "regexp", "match"]),
    ("notmatches", &["notlike", "notcontains", "doesnotcontain"]),
    ("isnull", &["null", "isna", "isempty", "missing"]),
    ("notnull", &["notna", "isnotnull", "isnotna", "notempty"]),
    ("from", &["since"]),
    ("until", &["upto"]),
    // Parts of the calendar.
    ("dayOfWeek", &["dayofweek"]),
    ("isoDayOfWeek", &["weekday", "dow", "dayofweek", "isodow", "dayname"]),
    ("dayOfYear", &["doy", "yearday"]),
    ("isoWeek", &["week", "weeknumber", "weekofyear", "weekno"]),
    ("minutes", &["minute"]),
    ("seconds", &["second"]),
    // Statistics.
    ("average", &["avg", "mean"]),
    ("standard deviation", &["std", "stddev", "sd"]),
    ("variance", &["var"]),
    // Formats.
    ("decimal", &["number", "numeric", "float"]),
    ("percent", &["percentage", "%"]),
    ("compact", &["short", "abbreviated"]),
    ("duration-minutes", &["duration", "minutes"]),
    // Types.
    ("integer", &["int", "bigint", "int64", "long"]),
    ("float", &["number", "double", "decimal", "numeric", "real", "float64"]),
    ("text", &["str", "string", "varchar", "char"]),
    ("date", &["datetime", "timestamp", "time"]),
    ("boolean", &["bool", "flag"]),
    // Joins and orders.
    ("left outer", &["outer", "full", "fullouter", "leftouter"]),
    ("asc", &["ascending", "up"]),
    ("desc", &["descending", "down"]),
    // Keys.
    ("on", &["groupby", "by", "keys", "groups"]),
    ("aggfunction", &["func", "function", "agg", "aggregate"]),
    ("newcolumns", &["as", "alias", "names"]),
    ("newColumn", &["as", "alias", "name", "output"]),
    ("rightPipeline", &["with", "right", "dataset", "table"]),
    ("limit", &["n", "rows", "count"]),
];

/// What other tools have in one word and we in another way: a word of ours that is known where it is asked for, their
/// names, and how it is done here.
const OTHER_WAYS: &[(&str, &[&str], &str)] = &[
    ("until", &["between"], "join two by `and`: `from` and `until` for days, `ge` and `le` for numbers"),
    ("matches", &["startswith", "beginswith"], "write `matches` with a pattern that begins with `^`, such as \"^Ly\""),
    ("matches", &["endswith"], "write `matches` with a pattern that ends with `$`, such as \"on$\""),
    ("avg", &["median", "quantile", "percentile"], "the step `statistics` computes medians and other quantiles"),
    ("left", &["right", "rightouter"], "begin with the other table, and join this one to it with `left`"),
];

/// How it is done here, where these words are known, what another tool calls `word`.
pub(super) fn another_way(word: &str, words: &[&str]) -> Option<&'static str> {
    let plain = plain(word);
    let mut ways =
        OTHER_WAYS.iter().filter(|(ours, theirs, _)| words.contains(ours) && theirs.contains(&plain.as_str()));
    ways.next().map(|(_, _, advice)| *advice)
}

/// Which of these words is called `word` elsewhere.
pub(super) fn meant_by<'a>(word: &str, words: &[&'a str]) -> Option<&'a str> {
    ours(word).find_map(|ours| words.iter().copied().find(|known| *known == ours))
}

/// The step that does what a function of this name does elsewhere.
pub(crate) fn step_like(function: &str) -> Option<&'static str> {
    const COMPUTING: [&str; 18] = [
        "absolutevalue",
        "aggregate",
        "concatenate",
        "convert",
        "cumsum",
        "dateextract",
        "dategranularity",
        "duration",
        "evolution",
        "fillna",
        "fromdate",
        "ifthenelse",
        "lowercase",
        "replacetext",
        "substring",
        "todate",
        "trim",
        "uppercase",
    ];
    COMPUTING.into_iter().find(|step| *step == function).or_else(|| meant_by(function, &COMPUTING))
}

/// True for a name of elsewhere, which is no misspelling of ours.
pub(super) fn is_of_elsewhere(word: &str) -> bool {
    ours(word).next().is_some()
}

/// Our words for a name of elsewhere.
fn ours(word: &str) -> impl Iterator<Item = &'static str> {
    let plain = plain(word);
    OTHER_NAMES.iter().filter(move |(_, theirs)| theirs.contains(&plain.as_str())).map(|(ours, _)| *ours)
}

/// In small letters, without the signs between words.
fn plain(word: &str) -> String {
    word.to_lowercase().chars().filter(|sign| !matches!(sign, '_' | '-' | ' ')).collect()
}

/// Currencies by what people write for them.
const CURRENCIES: &[(&str, &[&str])] = &[
    ("EUR", &["€", "euro", "euros"]),
    ("USD", &["$", "dollar", "dollars"]),
    ("GBP", &["£", "pound", "pounds", "sterling"]),
    ("JPY", &["¥", "yen"]),
    ("CNY", &["yuan"]),
    ("INR", &["₹", "rupee", "rupees"]),
    ("CHF", &["franken"]),
];

/// The code of the currency that a word names: a sign, a name, or three letters that are one already.
pub(crate) fn currency(word: &str) -> Option<String> {
    let plain = word.trim().to_lowercase();
    let named = CURRENCIES.iter().find(|(_, names)| names.contains(&plain.as_str()));
    let is_code = word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    named.map(|(code, _)| (*code).to_owned()).or_else(|| is_code.then(|| word.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{OTHER_NAMES, OTHER_WAYS, another_way, currency, is_of_elsewhere, meant_by, plain};

    #[test]
    fn a_name_of_elsewhere_leads_to_a_word_that_is_known_here() {
        let steps = ["aggregate", "filter", "duplicate"];
        assert_eq!(meant_by("group_by", &steps), Some("aggregate"));
        assert_eq!(meant_by("GROUPBY", &["on", "aggregations"]), Some("on"));
        assert_eq!(meant_by("mean", &["avg", "sum"]), Some("avg"));
        assert_eq!(meant_by("mean", &steps), None);
        assert!(is_of_elsewhere("Mean") && !is_of_elsewhere("agregate"));
    }

    #[test]
    fn a_currency_is_known_by_its_sign_its_name_and_its_code() {
        for (word, code) in [("€", Some("EUR")), ("Dollar", Some("USD")), ("SEK", Some("SEK")), ("eurs", None)] {
            assert_eq!(currency(word).as_deref(), code, "{word}");
        }
    }

    #[test]
    fn what_has_no_word_here_is_done_in_another_way() {
        let operators = ["eq", "ge", "le", "from", "until"];
        assert!(another_way("BETWEEN", &operators).is_some_and(|way| way.contains("`from` and `until`")));
        assert_eq!(another_way("median", &operators), None);
    }

    #[test]
    fn names_are_written_as_they_are_compared() {
        let ways = OTHER_WAYS.iter().map(|(_, theirs, _)| *theirs);
        for name in OTHER_NAMES.iter().map(|(_, theirs)| *theirs).chain(ways).flatten() {
            assert_eq!(plain(name), *name);
        }
    }
}
