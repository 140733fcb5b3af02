//! `aracari user`: adds, lists and changes the people of an instance, at the machine it runs on.

mod attribute;
mod people;
mod table;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use aracari_auth::{AccountError, Accounts, check_profile};
use aracari_store::{NewUser, Role, SqliteStore, Store, UserName};
use clap::{Args, Subcommand};
use secrecy::ExposeSecret;

use crate::settings;

/// Add, list and change the people of this instance.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
    /// The folder of the instance's own data [default: .aracari].
    #[arg(long, global = true, env = "ARACARI_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add one person, or those of a file; each gets a random password, printed once.
    Add(AddArguments),
    /// List everybody.
    List,
    /// Give a person another random password, printed once, and end their sessions.
    ResetPassword {
        /// The name that the person signs in with.
        name: String,
    },
    /// Keep a person out and end their sessions, within seconds.
    Disable {
        /// The name that the person signs in with.
        name: String,
    },
    /// Let a disabled person in again.
    Enable {
        /// The name that the person signs in with.
        name: String,
    },
}

#[derive(Debug, Args)]
struct AddArguments {
    /// The name to sign in with.
    #[arg(required_unless_present = "from", conflicts_with = "from")]
    name: Option<String>,
    #[expect(clippy::doc_markdown, reason = "backticks would show in the help")]
    /// A YAML list of people: name, display_name, role, groups, attributes, locale. Those who exist are left as they are.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// The name to show [default: the name].
    #[arg(long, conflicts_with = "from")]
    display_name: Option<String>,
    /// user, admin or super-admin.
    #[arg(long, default_value = "user", value_parser = parse_role, conflicts_with = "from")]
    role: Role,
    /// A group; may be given several times.
    #[arg(long = "group", value_name = "GROUP", conflicts_with = "from")]
    groups: Vec<String>,
    /// A fact that permissions can use; given several times with one name it is a list.
    #[arg(long = "attribute", value_name = "NAME=VALUE", conflicts_with = "from")]
    attributes: Vec<String>,
    /// The preferred language, such as `fr`.
    #[arg(long, conflicts_with = "from")]
    locale: Option<String>,
}

fn parse_role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "expected user, admin or super-admin".to_owned())
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let data = settings::data_folder(arguments.data, &settings::read_file(None)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(act(arguments.action, &data))?;
    Ok(ExitCode::SUCCESS)
}

async fn act(action: Action, data: &Path) -> anyhow::Result<()> {
    // A mistake in the arguments or the file is told before anything is made or changed.
    let new = match &action {
        Action::Add(add) => new_people(add)?,
        _ if !SqliteStore::exists(data) => bail!(
            "there is no instance in `{}`; name its folder with `--data`, or begin one with `aracari user add`",
            data.display()
        ),
        _ => Vec::new(),
    };
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(data).await?);
    let accounts = Accounts::new(Arc::clone(&store), &actor())?;
    let done = match action {
        Action::Add(add) => add_people(&accounts, new, add.from.is_some()).await,
        Action::List => list(&accounts).await,
        Action::ResetPassword { name } => reset_password(&accounts, &name).await,
        Action::Disable { name } => set_disabled(&accounts, &name, true).await,
        Action::Enable { name } => set_disabled(&accounts, &name, false).await,
    };
    store.close().await;
    done
}

/// Who is at the keyboard, for the audit log.
fn actor() -> String {
    let account = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|variable| std::env::var(variable).ok());
    account.map_or_else(|| "command line".to_owned(), |account| format!("command line ({account})"))
}

fn new_people(add: &AddArguments) -> anyhow::Result<Vec<NewUser>> {
    let Some(file) = &add.from else {
        return Ok(vec![new_person(add)?]);
    };
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    people::read(&text).map_err(|mistake| anyhow::anyhow!("{}:{mistake}", file.display()))
}

fn new_person(add: &AddArguments) -> anyhow::Result<NewUser> {
    let name = parse_name(add.name.as_deref().unwrap_or_default())?;
    let new = NewUser {
        display_name: add.display_name.clone().unwrap_or_else(|| name.to_string()),
        role: add.role,
        groups: add.groups.clone(),
        attributes: attribute::collect(&add.attributes)?,
        locale: add.locale.clone(),
        ..NewUser::named(name)
    };
    check_profile(&new)?;
    Ok(new)
}

fn parse_name(text: &str) -> anyhow::Result<UserName> {
    Ok(UserName::parse(text)?)
}

async fn add_people(accounts: &Accounts, people: Vec<NewUser>, from_file: bool) -> anyhow::Result<()> {
    let (mut added, mut existing) = (Vec::new(), Vec::new());
    let mut failure = None;
    for person in people {
        match accounts.create(person).await {
            Ok((user, password)) => added.push((user, password)),
            Err(AccountError::Exists(name)) if from_file => existing.push(name.to_string()),
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    // Whoever was added before a failure has a password that is shown now or never.
    if !added.is_empty() {
        let mut rows = vec![["NAME", "DISPLAY NAME", "ROLE", "PASSWORD"].map(str::to_owned)];
        rows.extend(added.iter().map(|(user, password)| {
            [
                user.name.to_string(),
                user.display_name.clone(),
                user.role.to_string(),
                password.expose_secret().to_owned(),
            ]
        }));
        print(&table::lines(&rows))?;
        tell("Passwords are shown this once; `aracari user reset-password NAME` makes another.");
    }
    if !existing.is_empty() {
        let (verb, they) = if existing.len() == 1 { ("exists", "was") } else { ("exist", "were") };
        tell(&format!("{} {verb} already and {they} left unchanged.", existing.join(", ")));
    }
    failure.map_or(Ok(()), |error| Err(error.into()))
}

async fn list(accounts: &Accounts) -> anyhow::Result<()> {
    let users = accounts.list().await?;
    if users.is_empty() {
        tell("Nobody yet; `aracari user add NAME --role admin` adds the first administrator.");
        return Ok(());
    }
    let header = ["NAME", "DISPLAY NAME", "ROLE", "GROUPS", "ATTRIBUTES", "LANGUAGE", "STATE"];
    let mut rows = vec![header.map(str::to_owned)];
    rows.extend(users.into_iter().map(|user| {
        let attributes: Vec<String> = user.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let state = if user.disabled { "disabled" } else { "enabled" };
        [
            user.name.to_string(),
            user.display_name,
            user.role.to_string(),
            user.groups.join(", "),
            aracari_store::clean_text(&attributes.join(" ")),
            user.locale.unwrap_or_default(),
            state.to_owned(),
        ]
    }));
    print(&table::lines(&rows))
}

async fn reset_password(accounts: &Accounts, name: &str) -> anyhow::Result<()> {
    let name = parse_name(name)?;
    let password = accounts.reset_password(&name).await?;
    let header = ["NAME", "PASSWORD"].map(str::to_owned);
    print(&table::lines(&[header, [name.to_string(), password.expose_secret().to_owned()]]))?;
    tell("Shown this once. Every session of this person ends within five seconds.");
    Ok(())
}

async fn set_disabled(accounts: &Accounts, name: &str, disabled: bool) -> anyhow::Result<()> {
    let name = parse_name(name)?;
    let changed = accounts.set_disabled(&name, disabled).await?;
    let state = if disabled { "disabled" } else { "enabled" };
    print(&match (changed, disabled) {
        (false, _) => format!("{name} is {state} already.\n"),
        (true, true) => format!("{name} is {state}; every session ends within five seconds.\n"),
        (true, false) => format!("{name} is {state}.\n"),
    })
}

fn print(text: &str) -> anyhow::Result<()> {
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

/// Says something beside the result.
fn tell(text: &str) {
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(std::io::stderr(), "{text}");
}
