//! What an actor reports.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusBuilder;

use super::fixture::*;
use crate::kernel::*;

#[actix_rt::test]
async fn each_actor_reports_depth_wait_time_restarts_and_refusals() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let page = recorder.handle();
    let installed = metrics::set_default_local_recorder(&recorder);
    let mut root = root();
    let tally = tally(&mut root, 2, &Arc::default()).await;
    drop(installed);

    let release = hold(&tally).await;
    tally.tell(Add(1)).unwrap();
    tally.tell(Add(1)).unwrap_err();
    assert!(page.render().contains("actor_queue_depth{actor=\"tally\"} 2\n"));
    drop(release);
    assert_eq!(ask_when_there_is_room(&tally, || Poison::Handler).await, Err(AskError::Crashed));
    tally.ask(Add(1), PATIENCE).await.unwrap();

    let page = page.render();
    for line in [
        "actor_queue_depth{actor=\"tally\"} 0\n",
        "actor_restarts_total{actor=\"tally\",cause=\"panic\"} 1\n",
        "actor_wait_seconds_count{actor=\"tally\"} 4\n",
        "actor_handle_seconds_count{actor=\"tally\"} 4\n",
        "actor_refused_total{actor=\"tally\"}",
    ] {
        assert!(page.contains(line), "{line} is not in\n{page}");
    }
}
