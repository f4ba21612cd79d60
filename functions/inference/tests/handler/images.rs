//! Pictures of digits, drawn here.

use std::io::Cursor;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Response, StatusCode};
use model_factory::artifact::{self, Artifact, Contents, Manifest};
use model_factory::training::Trained;
use png::{BitDepth, ColorType};
use serde_json::{Value, json};

use crate::world::{World, json_of, version};

/// A dark bar on a bright ground, as JPEG.
const BAR: &str = "\
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERX\
    RTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2Nj\
    Y2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAAgABgDASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAA\
    AAYF/8QAJxAAAQIFAQgDAAAAAAAAAAAAAAEDAgQFERITBhQhMjdBdLExQlH/xAAVAQEBAAAAAAAAAAAAAAAAAAAA\
    Af/EABcRAQEBAQAAAAAAAAAAAAAAAAACARH/2gAMAwEAAhEDEQA/AL0ypis6G0crSN3y12lc1c7Y83C1uPL+9zVJ\
    WodR6Z40XpwTnRVAAgErUOo9M8aL04VRiTVImHtrJOqwxtIwwyrcUKquSraP4S1vsncsjbABB//Z";

/// A JPEG of four colours, up to its scan.
const CMYK: &str = "\
    /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAIBgYHBgUIBwcHCQkICgwUDQwLCwwZEhMPFB0aHx4dGhwcICQuJyAiLCMcHC\
    g3KSwwMTQ0NB8nOT04MjwuMzQy/8AAFAgAHAAcBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgME\
    BQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJCh\
    YXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqi\
    o6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASw\
    AAPwA=";

/// What is drawn in a square of a side of one: the ink at a point.
type Figure = fn(f32, f32) -> bool;

/// A ring, a bar, and an angle.
const FIGURES: [(&str, Figure); 3] = [
    ("0", |x, y| {
        let radius = ((x - 0.5).powi(2) + (y - 0.5).powi(2)).sqrt();
        (0.28..0.48).contains(&radius)
    }),
    ("1", |x, y| (x - 0.5).abs() < 0.1 && y > 0.02 && y < 0.98),
    ("7", |x, y| {
        let stroke = (x + 0.6 * y - 0.85).abs() < 0.12;
        (y < 0.2 && x > 0.15 && x < 0.9) || (stroke && y > 0.05 && y < 0.98)
    }),
];

/// The ink of each pixel of a square with that many a side.
fn draw(figure: Figure, side: usize, shift: f32) -> Vec<f32> {
    let places = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
    let ink = |x: usize, y: usize| {
        let points = (0..4).flat_map(|a| (0..4).map(move |b| (a, b)));
        let at = |place: usize, part: usize| (place as f32 + part as f32 / 4.0) / side as f32;
        let drawn = points.filter(|&(a, b)| figure(at(x, a) - shift, at(y, b)));
        drawn.count() as f32 / 16.0
    };
    places.map(|(x, y)| ink(x, y)).collect()
}

/// A data set of pictures, with columns by name and a pixel of so much ink at most.
fn data_set(side: usize, ink: f32, name: impl Fn(usize) -> String) -> String {
    let names: Vec<String> = (0..side * side).map(name).collect();
    let mut data = names.join(",") + ",digit\n";
    for round in 0..10 {
        for (label, figure) in FIGURES {
            let shift = (round as f32 - 5.0) / 100.0;
            let dim = 1.0 - round as f32 / 50.0;
            let pixels = draw(figure, side, shift);
            let pixels = pixels.iter().map(|value| (value * dim * ink).round().to_string());
            data += &(pixels.collect::<Vec<_>>().join(",") + "," + label + "\n");
        }
    }
    data
}

/// A grey picture, which `paint` makes of the ink.
fn png(width: usize, pixels: &[f32], paint: impl Fn(f32) -> u8) -> Bytes {
    let samples: Vec<u8> = pixels.iter().map(|value| paint(*value)).collect();
    encoded(width, pixels.len() / width, ColorType::Grayscale, BitDepth::Eight, &samples)
}

fn encoded(
    width: usize,
    height: usize,
    colours: ColorType,
    depth: BitDepth,
    samples: &[u8],
) -> Bytes {
    let mut bytes = Cursor::new(Vec::new());
    let [width, height] = [width, height].map(|side| u32::try_from(side).unwrap());
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(colours);
    encoder.set_depth(depth);
    encoder.write_header().unwrap().write_image_data(samples).unwrap();
    bytes.into_inner().into()
}

/// The same square of ink in several encodings: grey, dark on bright, black and white only, and
/// black ink that lets the page through elsewhere.
fn encodings(side: usize, ink: &[f32]) -> [(&'static str, Bytes); 4] {
    let bits = ink.chunks(side).flat_map(|row| {
        row.chunks(8).map(|eight| {
            let bit = |(place, ink): (usize, &f32)| u8::from(*ink > 0.5) << (7 - place);
            eight.iter().enumerate().map(bit).sum()
        })
    });
    let bits: Vec<u8> = bits.collect();
    let clear: Vec<u8> = ink.iter().flat_map(|ink| [0, 0, 0, bright(*ink)]).collect();
    [
        ("grey", png(side, ink, bright)),
        ("dark on bright", png(side, ink, |ink| 255 - bright(ink))),
        ("bits", encoded(side, side, ColorType::Grayscale, BitDepth::One, &bits)),
        ("RGBA", encoded(side, side, ColorType::Rgba, BitDepth::Eight, &clear)),
    ]
}

/// A square of ink with another side, interpolated between the middles of its pixels.
fn resized(ink: &[f32], from: usize, to: usize) -> Vec<f32> {
    let place = |at: usize| {
        let middle = (at as f32 + 0.5) * from as f32 / to as f32 - 0.5;
        let middle = middle.clamp(0.0, from as f32 - 1.0);
        let low = (middle as usize).min(from.saturating_sub(2));
        (low, middle - low as f32)
    };
    let value = |x: usize, y: usize| {
        let ((x, right), (y, down)) = (place(x), place(y));
        let row = |y: usize| (1.0 - right) * ink[y * from + x] + right * ink[y * from + x + 1];
        (1.0 - down) * row(y) + down * row(y + 1)
    };
    (0..to).flat_map(|y| (0..to).map(move |x| (x, y))).map(|(x, y)| value(x, y)).collect()
}

fn bright(ink: f32) -> u8 {
    (255.0 * ink) as u8
}

async fn post(world: &World, path: &str, body: Bytes) -> Response<Bytes> {
    world.send("r-1", Method::POST, path, &[("content-type", "image/png")], body).await
}

async fn trained(model: &str, side: usize, spec: &str) -> World {
    let world = World::new();
    train(&world, model, side, spec).await;
    world
}

async fn train(world: &World, model: &str, side: usize, spec: &str) -> Trained {
    let (ink, name): (f32, fn(usize) -> String) = match side {
        8 => (16.0, |place| format!("pixel_{}_{}", place / 8, place % 8)),
        _ => (255.0, |place| format!("pixel{}", place + 1)),
    };
    let spec = format!("target = 'digit'\ntask = 'classification'\n{QUICK}\n{spec}");
    world.register_data(model, &data_set(side, ink, name), &spec, true).await
}

/// One quick candidate.
const QUICK: &str = "[training]\nlearners = ['neighbours']\ntrials = 1\nwarm_start = false";

const EIGHT: &str = "[image]\nside = 8\nink = 16\nfill = 1.0";

#[tokio::test]
async fn digits_are_told_whatever_their_size_and_colours() {
    let world = trained("digits", 8, EIGHT).await;
    for (label, figure) in FIGURES {
        let exact = png(8, &draw(figure, 8, 0.0), bright);
        let large = png(90, &draw(figure, 90, 0.0), bright);
        let dark = png(40, &draw(figure, 40, 0.0), |ink| 230 - (180.0 * ink) as u8);
        // In a corner of a wide picture.
        let mut wide = vec![0.0; 200 * 50];
        for (place, ink) in draw(figure, 40, 0.0).into_iter().enumerate() {
            wide[(place / 40 + 5) * 200 + place % 40 + 150] = ink;
        }
        for picture in [exact, large, dark, png(200, &wide, bright)] {
            let answer = post(&world, "/classify_digit", picture).await;
            let told = json_of(&answer);
            assert_eq!(answer.status(), StatusCode::OK, "{told}");
            assert_eq!(told["predicted_label"], json!(label.parse::<i64>().unwrap()), "{told}");
            assert_eq!((version(&answer), &told["model_version"]), (1, &json!("1")));
            let probabilities = told["probabilities"].as_object().unwrap();
            let sum: f64 = probabilities.values().filter_map(Value::as_f64).sum();
            assert!((sum - 1.0).abs() < 1e-6 && probabilities.contains_key(label), "{told}");
        }
    }
}

#[tokio::test]
async fn a_jpeg_and_a_slanted_bar_are_ones_for_a_model_of_another_side() {
    let spec = "[image]\nside = 12\nfirst = 1\nfill = 1.0\ndeskew = true";
    let world = trained("figures", 12, spec).await;
    let jpeg = Bytes::from(STANDARD.decode(BAR).unwrap());
    let told = post(&world, "/models/figures/versions/1/classify-image", jpeg).await;
    assert_eq!(json_of(&told)["predicted_label"], json!(1), "{}", json_of(&told));
    let slanted: Figure = |x, y| (x - 0.5 + 0.4 * (y - 0.5)).abs() < 0.1 && y > 0.1 && y < 0.9;
    let slanted = png(60, &draw(slanted, 60, 0.0), bright);
    let told = post(&world, "/models/figures/classify-image", slanted).await;
    assert_eq!(json_of(&told)["predicted_label"], json!(1), "{}", json_of(&told));
}

#[tokio::test]
async fn what_is_captured_is_the_row_of_pixels() {
    let world = trained("digits", 8, EIGHT).await;
    let picture = png(8, &draw(FIGURES[1].1, 8, 0.0), bright);
    post(&world, "/classify_digit", picture).await;
    world.settle().await;
    let captured = world.captured().await;
    assert_eq!(captured.len(), 1);
    assert!(captured[0].0.starts_with("capture/digits/champion/"), "{}", captured[0].0);
    let line = serde_json::to_value(&captured[0].1).unwrap();
    let input = line["captureData"]["endpointInput"]["data"].as_str().unwrap();
    let input: Value = serde_json::from_str(input).unwrap();
    let split = &input["dataframe_split"];
    let columns = split["columns"].as_array().unwrap();
    assert_eq!(split["data"][0].as_array().map(Vec::len), Some(columns.len()));
    assert!(columns.iter().all(|name| name.as_str().unwrap().starts_with("pixel_")));
}

#[tokio::test]
async fn what_is_no_picture_of_anything_is_refused_in_words() {
    let world = trained("digits", 8, EIGHT).await;
    let picture = || png(8, &draw(FIGURES[0].1, 8, 0.0), bright);
    let cut = picture().slice(..40);
    let blank = png(28, &[0.0; 28 * 28], bright);
    let faint = png(28, &draw(FIGURES[0].1, 28, 0.0), |ink| 100 + (10.0 * ink) as u8);
    let huge = png(5000, &[0.0; 5000], bright);
    let jpeg = Bytes::from(STANDARD.decode(BAR).unwrap());
    let cmyk = Bytes::from(STANDARD.decode(CMYK).unwrap());
    for (body, status, words) in [
        (blank, 400, "is blank"),
        (faint, 400, "is blank"),
        (cut, 400, "cannot be decoded"),
        (jpeg.slice(..200), 400, "cannot be decoded"),
        (jpeg.slice(..jpeg.len() - 8), 400, "it ends too early"),
        (cmyk, 415, "save it in grey or RGB"),
        (huge, 413, "5000 × 1 pixels"),
        (Bytes::from_static(b"GIF89a"), 415, "neither a PNG nor a JPEG"),
        (Bytes::new(), 400, "has no picture"),
    ] {
        let answer = post(&world, "/classify_digit", body).await;
        let problem = json_of(&answer);
        assert_eq!(answer.status(), status, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
    }
    let unknown = post(&world, "/models/letters/classify-image", picture()).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    let get = world.send("r-2", Method::GET, "/classify_digit", &[], "").await;
    assert_eq!(get.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_model_of_anything_else_takes_no_pictures() {
    let world = World::new();
    world.train(2, "").await;
    let picture = png(8, &draw(FIGURES[0].1, 8, 0.0), bright);
    let answer = post(&world, "/models/taxi/classify-image", picture.clone()).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(json_of(&answer)["detail"].as_str().unwrap().contains("say `[image] side = …`"));
    // Columns that are no pixels of the side.
    let world = trained("digits", 8, &EIGHT.replace("side = 8", "side = 7")).await;
    let answer = post(&world, "/classify_digit", picture).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let detail = json_of(&answer)["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("is no pixel of 7 × 7"), "{detail}");
}

#[tokio::test]
async fn figures_of_28_pixels_a_side_are_told() {
    let spec = "[image]\nside = 28\nfirst = 1\nfill = 1.0";
    let world = trained("digits", 28, spec).await;
    for (label, figure) in FIGURES {
        // As the data set has them, and as somebody draws them on a larger sheet.
        let exact = png(28, &draw(figure, 28, 0.0), bright);
        let sheet = png(120, &draw(figure, 120, 0.0), |ink| 250 - (240.0 * ink) as u8);
        for (picture, what) in [(exact, "exact"), (sheet, "a sheet")] {
            let told = json_of(&post(&world, "/classify_digit", picture).await);
            let expected = json!(label.parse::<i64>().unwrap());
            assert_eq!(told["predicted_label"], expected, "{what}: {told}");
        }
    }
}

/// Bars that lean to the left and to the right.
const LEANING: [Figure; 2] = [
    |x, y| (x - 0.5 + 0.5 * (y - 0.5)).abs() < 0.1 && y > 0.1 && y < 0.9,
    |x, y| (x - 0.5 - 0.5 * (y - 0.5)).abs() < 0.1 && y > 0.1 && y < 0.9,
];

const UPRIGHT: &str = "[image]\nside = 8\nink = 16\nfill = 1.0\ndeskew = true";

/// A picture of 8 × 8 pixels, and the row of pixels that it is: little ink is noise.
fn picture_and_row(figure: Figure) -> (Bytes, Vec<f64>) {
    let ink = draw(figure, 8, 0.0);
    let most = ink.iter().copied().fold(0.0, f32::max);
    let told = |ink: &f32| match f32::from(bright(*ink)) / f32::from(bright(most)) {
        ..0.08 => 0.0,
        share => f64::from((16.0 * share).round()),
    };
    (png(8, &ink, bright), ink.iter().map(told).collect())
}

/// The row that was captured last.
async fn captured_row(world: &World) -> Vec<f64> {
    world.settle().await;
    let captured = world.captured().await;
    let line = serde_json::to_value(&captured.last().unwrap().1).unwrap();
    let input = line["captureData"]["endpointInput"]["data"].as_str().unwrap();
    let input: Value = serde_json::from_str(input).unwrap();
    serde_json::from_value(input["dataframe_split"]["data"][0].clone()).unwrap()
}

/// By how many columns a row a figure of 8 × 8 pixels leans.
fn slant(row: &[f64]) -> f64 {
    let mean = |of: fn(f64, f64) -> f64| {
        let places = row.iter().enumerate();
        let sum: f64 =
            places.map(|(place, ink)| ink * of((place % 8) as f64, (place / 8) as f64)).sum();
        sum / row.iter().sum::<f64>()
    };
    let (x, y) = (mean(|x, _| x), mean(|_, y| y));
    (mean(|x, y| x * y) - x * y) / (mean(|_, y| y * y) - y * y)
}

fn manifest(trained: &Trained) -> Manifest {
    Artifact::open(&trained.artifact, &trained.sha256).unwrap().manifest().clone()
}

#[tokio::test]
async fn a_picture_and_its_row_are_set_upright_by_the_model_and_answered_alike() {
    let world = World::new();
    let trained = train(&world, "digits", 8, UPRIGHT).await;
    let names: Vec<String> = (0..64).map(|at| format!("pixel_{}_{}", at / 8, at % 8)).collect();
    let inputs = manifest(&trained).schema.inputs;
    assert_eq!(inputs.iter().map(|field| &field.name).collect::<Vec<_>>(), Vec::from_iter(&names));
    for figure in LEANING.into_iter().chain([FIGURES[1].1, FIGURES[2].1]) {
        let (picture, row) = picture_and_row(figure);
        let told = json_of(&post(&world, "/classify_digit", picture).await);
        assert_eq!(
            captured_row(&world).await,
            row,
            "the model's inputs are the pixels as they are"
        );
        let probabilities = told["probabilities"].as_object().unwrap();
        let expected = told["predicted_label"].to_string();

        let split = json!({
            "dataframe_split": {"columns": names, "data": [row, row]},
            "params": {"probabilities": true},
        });
        let numbers: Vec<String> = row.iter().map(ToString::to_string).collect();
        let csv = format!("{}\n{}\n", names.join(","), numbers.join(","));
        let path = "/models/digits/invocations";
        for (kind, path, body) in [
            ("application/json", path.to_owned(), split.to_string()),
            ("text/csv", format!("{path}?probabilities=true"), csv),
        ] {
            let headers = [("content-type", kind)];
            let answer = world.send("r-1", Method::POST, &path, &headers, body).await;
            let answer = json_of(&answer);
            for prediction in answer["predictions"].as_array().unwrap() {
                assert_eq!(prediction["predict"], json!(expected), "{kind}: {answer}");
                assert_eq!(prediction["probabilities"].as_object(), Some(probabilities), "{kind}");
            }
        }
        let tensors: Vec<Value> = names
            .iter()
            .zip(&row)
            .map(|(name, value)| {
                let value = *value as i64;
                json!({"name": name, "shape": [1], "datatype": "INT64", "data": [value]})
            })
            .collect();
        let body = json!({ "inputs": tensors }).to_string();
        let answer = world.send("r-1", Method::POST, "/v2/models/digits/infer", &[], body).await;
        let answer = json_of(&answer);
        let outputs = answer["outputs"].as_array().unwrap();
        let output = |name: &str| outputs.iter().find(|output| output["name"] == name).unwrap();
        assert_eq!(output("predict")["data"], json!([expected]), "{answer}");
        let in_order: Vec<&Value> = probabilities.values().collect();
        assert_eq!(output("probabilities")["data"], json!(in_order), "{answer}");
    }
}

#[tokio::test]
async fn a_leaning_figure_is_told_by_who_has_learned_upright_ones_only() {
    let world = trained("digits", 8, UPRIGHT).await;
    for figure in LEANING {
        for size in [8, 60] {
            let picture = png(size, &draw(figure, size, 0.0), bright);
            let told = json_of(&post(&world, "/classify_digit", picture).await);
            assert_eq!(told["predicted_label"], json!(1), "{size}: {told}");
        }
    }
}

#[tokio::test]
async fn a_picture_of_any_size_is_set_upright_with_the_pixels_that_it_has() {
    let world = trained("digits", 8, UPRIGHT).await;
    for figure in LEANING {
        for side in [20, 28, 56, 131, 512] {
            for (what, picture) in encodings(side, &draw(figure, side, 0.0)) {
                let told = json_of(&post(&world, "/classify_digit", picture).await);
                assert_eq!(told["predicted_label"], json!(1), "{side} {what}: {told}");
                let row = captured_row(&world).await;
                assert!(slant(&row).abs() < 0.05, "{side} {what}: {row:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_picture_of_28_pixels_a_side_is_answered_as_its_row() {
    let spec = "[image]\nside = 28\nfirst = 1\nfill = 1.0\ndeskew = true";
    let world = trained("digits", 28, spec).await;
    let picture = png(28, &draw(LEANING[0], 28, 0.0), bright);
    let told = json_of(&post(&world, "/classify_digit", picture).await);
    let row = captured_row(&world).await;
    let names: Vec<String> = (1..=28 * 28).map(|place| format!("pixel{place}")).collect();
    assert_eq!(row.len(), names.len(), "pixels without ink are inputs, too");
    let body = json!({
        "dataframe_split": {"columns": names, "data": [row]},
        "params": {"probabilities": true},
    });
    let headers = [("content-type", "application/json")];
    let path = "/models/digits/invocations";
    let answer = world.send("r-1", Method::POST, path, &headers, body.to_string()).await;
    let answer = json_of(&answer);
    assert_eq!(answer["predictions"][0]["probabilities"], told["probabilities"], "{answer}");
}

#[tokio::test]
async fn pictures_are_set_upright_here_for_a_model_that_does_not() {
    let world = World::new();
    let plain = train(&world, "digits", 8, EIGHT).await;
    let inputs = manifest(&plain).schema.inputs.len();
    assert!((58..64).contains(&inputs), "pixels without ink are left out: {inputs}");
    let artifact = Artifact::open(&plain.artifact, &plain.sha256).unwrap();
    assert!(!artifact.predictor().unwrap().sets_upright());
    assert_eq!(artifact.manifest().format, 1, "it is as it has ever been");

    // As models were that learned from raw rows, with the wish for pictures only.
    let Manifest { model, schema, candidate, mut spec, .. } = artifact.manifest().clone();
    spec.image.deskew = true;
    let old = artifact::encode(&Contents {
        model: &model,
        schema: &schema,
        candidate: &candidate.unwrap(),
        imported: None,
        predictor: &artifact.predictor().unwrap(),
        profile: &artifact.profile().unwrap(),
        spec: &spec,
        data_hash: String::new(),
        training_rows: 0,
        holdout_rows: 0,
        metric: plain.metric,
        metrics: plain.metrics.clone(),
        importance: Default::default(),
    })
    .unwrap();
    let sha256 = artifact::sha256(&old);
    assert_eq!(Artifact::open(&old, &sha256).unwrap().manifest().format, 1);
    world.enter(model, old, sha256, plain.metric, true).await;
    let (picture, row) = picture_and_row(LEANING[0]);
    let told = json_of(&post(&world, "/classify_digit", picture).await);
    assert_eq!(told["model_version"], json!("2"), "{told}");
    let mut square = vec![0.0; 64];
    for (field, value) in schema.inputs.iter().zip(captured_row(&world).await) {
        square[spec.image.place(&field.name).unwrap()] = value;
    }
    assert!(slant(&row).abs() > 0.3 && slant(&square).abs() < 0.05, "{row:?} {square:?}");

    let upright = train(&world, "digits", 8, UPRIGHT).await;
    assert_eq!(manifest(&upright).format, 2, "earlier code would leave its first step out");
}

/// The spec that the guide gives for pictures of digits.
fn recipe() -> &'static str {
    const GUIDE: &str = include_str!("../../../../docs/guide.md");
    let (_, pictures) = GUIDE.split_once("### Pictures").expect("a section");
    let (_, recipe) = pictures.split_once("```toml\n").expect("a spec");
    recipe.split_once("```").expect("its end").0
}

#[tokio::test]
async fn the_books_picture_is_a_three() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let (Some(data), Some(event)) = (read("digits-8x8.csv"), read("digit-event.json")) else {
        println!("skipped: {} is absent", folder.display());
        return;
    };
    let event: Value = serde_json::from_str(&event).unwrap();
    assert_eq!(event["isBase64Encoded"], json!(true));
    let picture = STANDARD.decode(event["body"].as_str().unwrap()).unwrap();
    let world = World::new();
    world.register_data("digits", &data, recipe(), true).await;
    let ink = decoded(&picture);
    let told = json_of(&post(&world, "/classify_digit", picture.into()).await);
    assert_eq!(told["predicted_label"], json!(3), "{told}");
    for side in [20, 27, 28, 29, 40, 56, 200, 280] {
        for (what, picture) in encodings(side, &resized(&ink, 28, side)) {
            let told = json_of(&post(&world, "/classify_digit", picture).await);
            assert_eq!(told["predicted_label"], json!(3), "{side} {what}: {told}");
        }
    }
    let largest = png(4096, &resized(&ink, 28, 4096), bright);
    let told = json_of(&post(&world, "/classify_digit", largest).await);
    assert_eq!(told["predicted_label"], json!(3), "{told}");
}

/// The ink of a grey picture.
fn decoded(picture: &[u8]) -> Vec<f32> {
    let mut reader = png::Decoder::new(Cursor::new(picture)).read_info().unwrap();
    assert_eq!(reader.info().color_type, ColorType::Grayscale);
    let mut samples = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut samples).unwrap();
    samples.into_iter().map(|sample| f32::from(sample) / 255.0).collect()
}
