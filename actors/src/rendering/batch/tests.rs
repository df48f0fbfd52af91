use ezqr_render::options::ImageOptions;
use ezqr_render::{ErrorCorrection, ImageFormat, TextEncoding};
use rayon::ThreadPoolBuilder;
use tokio::task::JoinHandle;

use super::*;
use crate::rendering::admission::Admission;

const WINDOW: usize = 4;
const PATIENCE: Duration = Duration::from_secs(20);

/// A batch on a pool of its own, with one permit in all.
struct Bench {
    admission: Admission,
    pool: Arc<ThreadPool>,
    patience: Duration,
}

impl Bench {
    fn new() -> Self {
        let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        Self { admission: Admission::new(1, 0), pool: Arc::new(pool), patience: PATIENCE }
    }

    fn open(&mut self) -> (BatchTicket, JoinHandle<()>) {
        let permit = self.admission.admit(account()).unwrap();
        let pace = Pace { window: NonZeroUsize::new(WINDOW).unwrap(), patience: self.patience };
        let (ticket, task) = open(Arc::clone(&self.pool), pace, permit);
        (ticket, tokio::spawn(task))
    }

    fn is_free(&mut self) -> bool {
        self.admission.admit(account()).is_ok()
    }
}

fn account() -> AccountId {
    AccountId::from_random([7; 16])
}

fn image(index: usize) -> ImageRequest {
    ImageRequest {
        pattern: format!("HTTPS://R.EXAMPLE/{index:08}"),
        level: ErrorCorrection::Medium,
        encoding: TextEncoding::default(),
        format: ImageFormat::Svg,
        options: ImageOptions::default(),
    }
}

fn images(count: usize) -> Vec<ImageRequest> {
    (0..count).map(image).collect()
}

/// One that cannot be drawn.
fn too_long() -> ImageRequest {
    ImageRequest { pattern: "x".repeat(3_000), ..image(0) }
}

#[actix_rt::test]
async fn all_images_come_in_order_and_then_the_end() {
    let mut bench = Bench::new();
    let (ticket, _) = bench.open();
    let mut stream = ticket.begin(images(10));
    let mut drawn = Vec::new();
    while let Some(window) = stream.next().await.unwrap() {
        assert!(window.len() <= WINDOW);
        drawn.extend(window);
    }
    let expected: Vec<Vec<u8>> = images(10).iter().map(|image| image.render().unwrap()).collect();
    assert_eq!(drawn, expected);
    assert!(bench.is_free(), "who has seen the end finds room");
}

#[actix_rt::test]
async fn the_permit_is_free_before_the_end_is_told() {
    let mut bench = Bench::new();
    let (ticket, _) = bench.open();
    // Its only window fills the channel: the end waits until it is taken.
    let mut stream = ticket.begin(images(1));
    let freed = timeout(PATIENCE, async {
        while !bench.is_free() {
            tokio::task::yield_now().await;
        }
    });
    freed.await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().len(), 1);
    assert!(matches!(stream.next().await, Ok(None)));
}

#[actix_rt::test]
async fn an_empty_batch_ends_at_once() {
    let (ticket, _) = Bench::new().open();
    assert!(matches!(ticket.begin(Vec::new()).next().await, Ok(None)));
}

#[actix_rt::test]
async fn a_ticket_that_is_not_used_gives_its_permit_back() {
    let mut bench = Bench::new();
    let (ticket, task) = bench.open();
    assert!(!bench.is_free());
    drop(ticket);
    task.await.unwrap();
    assert!(bench.is_free());
}

#[actix_rt::test]
async fn a_client_that_goes_away_cancels_the_rest() {
    let mut bench = Bench::new();
    let (ticket, task) = bench.open();
    let mut stream = ticket.begin(images(100));
    assert_eq!(stream.next().await.unwrap().unwrap().len(), WINDOW);
    let cancellation = stream.cancellation.clone();
    drop(stream);
    assert!(cancellation.is_cancelled());
    task.await.unwrap();
    assert!(bench.is_free());
}

#[actix_rt::test]
async fn a_client_that_takes_nothing_is_given_up_and_told_when_it_comes_back() {
    let mut bench = Bench::new();
    bench.patience = Duration::from_millis(10);
    let (ticket, task) = bench.open();
    // Waiting out every window would take longer than the test waits.
    let mut stream = ticket.begin(images(20_000));
    timeout(PATIENCE, task).await.unwrap().unwrap();
    assert!(bench.is_free());
    // The window that lay in the channel, and no end.
    assert_eq!(stream.next().await.unwrap().unwrap().len(), WINDOW);
    assert!(matches!(stream.next().await, Err(BatchFailed::CutOff)));
}

#[actix_rt::test]
async fn an_image_that_cannot_be_ends_the_batch_after_those_before_it() {
    let (ticket, task) = Bench::new().open();
    let mut requests = images(100);
    requests[WINDOW + 1] = too_long();
    let mut stream = ticket.begin(requests);
    assert_eq!(stream.next().await.unwrap().unwrap().len(), WINDOW);
    assert!(matches!(stream.next().await, Err(BatchFailed::Image(_))));
    assert!(matches!(stream.next().await, Err(BatchFailed::CutOff)));
    task.await.unwrap();
}

#[actix_rt::test]
async fn a_task_that_is_ended_from_outside_cuts_its_client_off() {
    let mut bench = Bench::new();
    let (ticket, task) = bench.open();
    let mut stream = ticket.begin(images(100));
    stream.next().await.unwrap();
    task.abort();
    let mut windows = 1;
    let end = loop {
        match stream.next().await {
            Ok(Some(_)) => windows += 1,
            other => break other,
        }
    };
    assert!(matches!(end, Err(BatchFailed::CutOff)), "{end:?}");
    assert!(windows < 100 / WINDOW);
    assert!(bench.is_free());
}

#[actix_rt::test]
async fn a_panic_of_the_renderer_is_told_and_ends_the_batch() {
    let (sender, receiver) = oneshot::channel();
    let bench = Bench::new();
    let batch = Batch::new(images(1), NonZeroUsize::MIN, Cancellation::default());
    batch.spawn_window(
        &bench.pool,
        |_| guarded(|| std::panic::resume_unwind(Box::new("on purpose"))),
        move |_, window| sender.send(window).unwrap(),
    );
    let window = receiver.await.unwrap().unwrap().unwrap();
    assert!(matches!(window.as_slice(), [Err(BatchFailed::Panicked)]));
}
