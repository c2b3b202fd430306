//! Writes the JavaScript bindings of a wasm module.
//!
//! ```text
//! parevm-bindgen --out-dir DIR --out-name NAME [--keep-names] FILE.wasm
//! parevm-bindgen --version
//! ```
//!
//! Same output as `wasm-bindgen --target web --remove-name-section --remove-producers-section`; with
//! `--keep-names` as `wasm-bindgen --target web --keep-debug`.

#![forbid(unsafe_code)]

use std::{env, error::Error, process::ExitCode};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    match run(env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut words: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let (mut folder, mut name, mut file, mut keep_names) = (None, None, None, false);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--version" => {
                println!("wasm-bindgen {}", wasm_bindgen_shared::version());
                return Ok(());
            }
            "--out-dir" => folder = words.next(),
            "--out-name" => name = words.next(),
            "--keep-names" => keep_names = true,
            _ if word.starts_with("--") => return Err(format!("unknown option {word}").into()),
            _ => file = Some(word),
        }
    }
    let folder = folder.ok_or("--out-dir is missing")?;
    let mut bindgen = Bindgen::new();
    bindgen
        .web(true)?
        .omit_default_module_path(false)
        .typescript(true)
        .out_name(&name.ok_or("--out-name is missing")?)
        .keep_debug(keep_names)
        .remove_name_section(!keep_names)
        .remove_producers_section(!keep_names)
        .input_path(file.ok_or("the wasm file is missing")?);
    bindgen
        .generate(folder)
        .map_err(|error| format!("{error:?}").into())
}
