//! The list of methods in docs/methods.md, which is written from the table in the code.

use parevm_node::rpc;
use std::{collections::BTreeMap, fs, path::Path};

/// The sentence with which the file of a method begins, without the names of methods before it.
fn summary(file: &str) -> String {
    let path = format!("../node/src/rpc/{file}.rs");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = fs::read_to_string(path).unwrap();
    let doc: Vec<_> = text
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(str::trim)
        .collect();
    let doc = doc.join(" ");
    let (names, summary) = doc.split_once(": ").unwrap();
    assert!(names.starts_with('`'), "{file}: {names}");
    summary.to_owned()
}

fn document() -> String {
    let mut by_namespace: BTreeMap<&str, Vec<&rpc::Method>> = BTreeMap::new();
    for method in rpc::methods() {
        let (namespace, _) = method.name.split_once('_').unwrap();
        by_namespace.entry(namespace).or_default().push(method);
    }
    let mut text = format!(
        "# Methods of JSON-RPC\n\n\
         What a node answers, {} methods. The second column says whose meaning a method has where clients and \
         tools differ.\nA method that is named twice does the same under both names.\n\n\
         Written from the table in `crate/node/src/rpc/table.rs` by a test: `PAREVM_WRITE=1 cargo test -p \
         parevm-testkit --test suite rpc::table`.\n",
        rpc::methods().count()
    );
    for (namespace, methods) in by_namespace {
        text += &format!("\n## {namespace}\n\n| method | as | what |\n|---|---|---|\n");
        for method in methods {
            let what = summary(method.file).replace('|', "\\|");
            text += &format!("| `{}` | {} | {what} |\n", method.name, method.source);
        }
    }
    text
}

#[test]
fn the_docs_list_every_method_of_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/methods.md");
    let document = document();
    if std::env::var_os("PAREVM_WRITE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &document).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, document, "run this test with PAREVM_WRITE=1");
}

#[test]
fn the_table_is_in_order_and_names_each_method_once() {
    let names: Vec<_> = rpc::methods().map(|method| method.name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(names, sorted);
}
