//! Every fault of the full mode once, at a random moment from a printed seed: nothing acknowledged
//! is lost, nothing is done twice, and what was broken comes to rest by itself. `./dev fault` does
//! the same for longer.

use e2e::fault::{Random, Scale, World, all, strike};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_loses_anything_or_does_it_twice() {
    let mut random = Random::from_environment();
    let mut world = World::start().await;
    for fault in all() {
        let report = strike(&mut world, &fault, Scale::SHORT, &mut random).await;
        println!("{report:?}");
        assert!(report.ok, "{}: {:#?}", report.name, report.findings);
        assert!(report.acknowledged >= 2 * Scale::SHORT.commands);
    }
}
