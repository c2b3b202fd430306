//! Random numbers from a seed.

use parevm_testkit::random::Random;

#[test]
fn the_first_number_of_seed_zero_is_the_published_one() {
    assert_eq!(Random::new(0).next(), 0xe220_a839_7b1d_cdaf);
}
