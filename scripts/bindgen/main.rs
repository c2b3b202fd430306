//! Writes the JavaScript bindings of a wasm module.
//!
//! ```text
//! parevm-bindgen --out-dir DIR --out-name NAME [--keep-names] FILE.wasm
//! parevm-bindgen --version
//! ```
//!
//! The wasm is that of `wasm-bindgen --remove-name-section --remove-producers-section`; with `--keep-names` that of
//! `wasm-bindgen --keep-debug`. The JavaScript is the output of `--target no-modules` in a module, which exports a
//! function that returns it: each call returns bindings with an instance of their own. A module of `--target web`
//! holds one instance for the life of its thread.

#![forbid(unsafe_code)]

use std::{env, error::Error, fs, path::Path, process::ExitCode};
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
    let name = name.ok_or("--out-name is missing")?;
    let mut bindgen = Bindgen::new();
    bindgen
        .no_modules(true)?
        .no_modules_global("bindings")?
        .omit_default_module_path(true)
        .typescript(false)
        .out_name(&name)
        .keep_debug(keep_names)
        .remove_name_section(!keep_names)
        .remove_producers_section(!keep_names)
        .input_path(file.ok_or("the wasm file is missing")?);
    bindgen
        .generate(&folder)
        .map_err(|error| format!("{error:?}"))?;
    let path = Path::new(&folder).join(name).with_extension("js");
    let script = fs::read_to_string(&path)?;
    Ok(fs::write(path, factory(&script)?)?)
}

/// Statement of wasm-bindgen with which an instance becomes that of its bindings.
const ADOPT: &str = "wasm = instance.exports;";

/// Returns a module whose function `createBindings` runs `script`, which declares `bindings`. `adopt` receives the exports
/// of the instance, and returns those that the bindings call.
fn factory(script: &str) -> Result<String, String> {
    if script.matches(ADOPT).count() != 1 {
        return Err(format!("wasm-bindgen wrote no `{ADOPT}`"));
    }
    let script = script.replace(ADOPT, "wasm = adopt(instance.exports);");
    let script = script.trim();
    Ok(format!(
        "export function createBindings(adopt = (exports) => exports) {{\n{script}\nreturn bindings;\n}}\n"
    ))
}
