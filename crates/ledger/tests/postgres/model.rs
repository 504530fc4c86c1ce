//! Random commands on the PostgreSQL engine answer like the model.

use proptest::prelude::*;

use crate::model_of_a_ledger as model;
use crate::world::World;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_answers_like_the_model(batches in model::draws()) {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(async {
                let world = World::fresh().await.expect("a database");
                model::agrees_with_the_model(&world, batches).await;
            });
    }
}
