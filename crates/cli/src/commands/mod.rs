//! The commands of the binary, one file each.

use clap::Parser;

/// Guided analytics from configuration files.
#[derive(Debug, Parser)]
#[command(name = "aracari", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {}

pub(crate) fn run() -> anyhow::Result<()> {
    match Arguments::parse().command {}
}
