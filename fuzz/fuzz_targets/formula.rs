//! The grammar of formulas.
#![no_main]

use aracari_app::formula::Formula;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(formula) = Formula::parse(text) {
        formula.visit_columns(&mut |name| assert!(!name.is_empty()));
    }
});
