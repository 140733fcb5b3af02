//! The commands of the binary, one file each.
//!
//! A command file holds its flags, `Arguments`, and `run(Arguments) -> anyhow::Result<ExitCode>`; it is named once
//! below as a module, once in [`Command`] and once in [`run`].

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

mod check;
mod client;
mod query;
mod schema;
mod serve;
mod user;

/// Guided analytics from configuration files.
#[derive(Debug, Parser)]
#[command(name = "aracari", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Serve(serve::Arguments),
    Check(check::Arguments),
    Query(query::Arguments),
    Schema(schema::Arguments),
    User(user::Arguments),
    Client(client::Arguments),
}

/// Runs the command that the arguments name; a failure is one problem on standard error.
pub(crate) fn run() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Serve(arguments) => serve::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Query(arguments) => query::run(arguments),
        Command::Schema(arguments) => schema::run(arguments),
        Command::User(arguments) => user::run(arguments),
        Command::Client(arguments) => client::run(arguments),
    };
    outcome.unwrap_or_else(|error| {
        // A closed standard error leaves nobody to tell.
        let _ = writeln!(std::io::stderr(), "error: {error:#}");
        ExitCode::FAILURE
    })
}
