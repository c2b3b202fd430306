//! Names of forks in fixtures.

use parevm::vm::SpecId;
use parevm_testkit::conformance::forks::Config;

#[test]
fn a_network_of_two_forks_changes_at_a_time_or_a_height() {
    let spec = |network: &str, number, timestamp| {
        let schedule = Config::default().schedule(network);
        schedule.map(|schedule| schedule.spec(number, timestamp))
    };
    let by_time = "ParisToShanghaiAtTime15k";
    assert_eq!(spec(by_time, 9, 14_999), Ok(SpecId::MERGE));
    assert_eq!(spec(by_time, 1, 15_000), Ok(SpecId::SHANGHAI));
    let by_height = "BerlinToLondonAt5";
    assert_eq!(spec(by_height, 4, 99_999), Ok(SpecId::BERLIN));
    assert_eq!(spec(by_height, 5, 0), Ok(SpecId::LONDON));
    assert!(spec("CancunToPragueAtDawn", 0, 0).is_err());
    assert!(spec("CancunToMoonAt5", 0, 0).is_err());
}
