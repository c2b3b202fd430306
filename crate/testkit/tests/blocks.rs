//! Every recorded block against its header.

use parevm::{Checks, Engine, ExecuteOptions, Executor};
use parevm_testkit::fixture;

#[test]
fn blocks_match_their_headers_when_run_in_order() {
    let engine = Engine::new(2).unwrap();
    let mut bad = 0;
    for path in fixture::list(&fixture::blocks_folder()).unwrap() {
        let loaded = match fixture::load(&engine, &path) {
            Ok(loaded) => loaded,
            Err(error) => {
                println!("{} {error:?}", fixture::name(&path));
                bad += 1;
                continue;
            }
        };
        let options = ExecuteOptions {
            executor: Executor::Sequential,
            ..Default::default()
        };
        match engine.execute(&loaded.block, &loaded.state, &options) {
            Ok(outcome) => {
                let checks = Checks::new(&loaded.block.declared, &outcome, None);
                println!(
                    "{} {:?} {}",
                    fixture::name(&path),
                    checks,
                    outcome.is_state_complete
                );
                bad += usize::from(!checks.is_ok());
            }
            Err(error) => {
                println!("{} {error:?}", fixture::name(&path));
                bad += 1;
            }
        }
    }
    assert_eq!(bad, 0);
}
