//! Fixture files, archives, and everything else in a folder.

use super::{
    command::{Folder, conformance, failure_beside_a_valid_fixture, gzip, tar},
    fixture::{changed, fixture},
};
use serde_json::json;

#[test]
fn a_broken_file_fails_and_the_others_run() {
    let text = fixture().to_string();
    let nested = format!(
        "{{\"deep\": {}1{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let folder = Folder::new("broken")
        .with("binary.json", [0xff, 0x00, 0x80])
        .with("cut.json", &text[..text.len() / 2])
        .with("cut.json.gz", &gzip(text.as_bytes())[..100])
        .with("empty.json", "")
        .with("folder/list.json", "[1, 2]")
        .with("nested.json", nested)
        .with("nothing.json", "{}")
        .with(
            "number.json",
            changed("/env/currentNumber", json!("twelve")),
        )
        .with("shape.json", changed("/pre", json!([])))
        .with(
            "variant.json",
            changed("/post/Shanghai/0/indexes/gas", json!(2)),
        )
        .with("fork.json", changed("/post", json!({ "Atlantis": [{}] })));
    let output = failure_beside_a_valid_fixture(folder, 11);
    for words in [
        "FAILED binary.json: binary.json\n  no fixture file:",
        "FAILED cut.json: cut.json\n  no fixture file: EOF",
        "FAILED cut.json.gz: cut.json.gz\n  cannot be read:",
        "FAILED empty.json: empty.json\n  no fixture file: EOF",
        "FAILED folder/list.json: folder/list.json\n  no fixture file: invalid type",
        "FAILED nested.json: deep\n  ",
        "FAILED nothing.json: nothing.json\n  holds no case",
        "FAILED number.json: a call that stores\n  env.currentNumber:",
        "FAILED shape.json: a call that stores\n  pre:",
        "FAILED variant.json: a call that stores\n  Shanghai 0: transaction.gasLimit has no variant 2",
        "FAILED fork.json: a call that stores\n  post.Atlantis[0]: missing field",
    ] {
        assert!(output.contains(words), "{words:?} is not in {output}");
    }
}

#[test]
fn a_huge_unpacked_file_is_not_read_to_its_end() {
    let folder = Folder::new("huge").with("huge.json.gz", gzip(&vec![b' '; (1 << 27) + 1]));
    let output = failure_beside_a_valid_fixture(folder, 1);
    assert!(output.contains("has more than 134217728 bytes"), "{output}");
}

#[cfg(unix)]
#[test]
fn a_dangling_link_and_a_cycle_of_links_fail() {
    let folder = Folder::new("links").with("one/two/valid.json", fixture().to_string());
    std::os::unix::fs::symlink("/nowhere/at/all", folder.0.join("gone.json")).unwrap();
    std::os::unix::fs::symlink(folder.0.join("one"), folder.0.join("one/two/again")).unwrap();
    let output = conformance(&folder.0, &[]);
    assert_eq!(
        output.last_line(),
        "1 passed, 2 failed, 0 skipped",
        "{}",
        output.err
    );
    assert_eq!(output.code, Some(1));
}

#[test]
fn a_folder_without_fixtures_is_a_failure() {
    let folder = Folder::new("nothing").with("README.md", "no fixture");
    let output = conformance(&folder.0, &[]);
    assert_eq!(output.last_line(), "0 passed, 0 failed, 0 skipped");
    assert_eq!(
        (output.code, output.err.as_str()),
        (Some(1), "error: no case was found\n")
    );

    let output = conformance(&folder.0.join("nowhere"), &[]);
    assert_eq!(output.last_line(), "0 passed, 1 failed, 0 skipped");
    assert_eq!(output.code, Some(1));
    assert!(output.err.contains("cannot be read"), "{}", output.err);
}

#[test]
fn an_archive_is_read_and_other_files_in_it_fail() {
    let text = fixture().to_string();
    let files: [(&str, &[u8]); 3] = [
        ("state/valid.json", text.as_bytes()),
        ("state/valid.json.gz", &gzip(text.as_bytes())),
        ("README.md", b"no fixture"),
    ];
    let archive = tar(&files);
    let folder = Folder::new("archive")
        .with("plain.tar", &archive)
        .with("packed.tar.gz", gzip(&archive))
        .with("cut.tar", &archive[..archive.len() / 2])
        .with("cut.tar.xz", [0xfd, b'7', b'z', b'X', b'Z', 0, 0]);
    let output = conformance(&folder.0, &[]);
    // Two valid files in each complete archive, one and a part in the truncated one; a README in each complete one, and two
    // truncated archives.
    assert_eq!(
        output.last_line(),
        "5 passed, 5 failed, 0 skipped",
        "{}",
        output.err
    );
    assert_eq!(output.code, Some(1));
    for words in [
        "FAILED plain.tar/README.md: plain.tar/README.md\n  is no fixture file",
        "FAILED packed.tar.gz/README.md",
        "FAILED cut.tar/state/valid.json.gz: cut.tar/state/valid.json.gz\n  cannot be read",
        "FAILED cut.tar: cut.tar\n  the archive cannot be read",
        "FAILED cut.tar.xz: cut.tar.xz\n  the archive cannot be read",
    ] {
        assert!(
            output.err.contains(words),
            "{words:?} is not in {}",
            output.err
        );
    }
}
