//! Simulated taxi rides.
//!
//! Distances and speeds are drawn as in the ride simulation of McMahon, *Machine
//! Learning Engineering with Python*, chapter 1 (mostly short rides at about 30 km/h,
//! a few long, fast or slow ones); zone, vehicle, weather and hour change the speed.
//! Some values are missing. The seed makes every run the same.

use std::f64::consts::TAU;
use std::fmt::Write as _;

/// A ride.
#[derive(Debug, Clone)]
pub(super) struct Ride {
    dist: f64,
    zone: &'static str,
    vehicle: &'static str,
    weather: Option<&'static str>,
    hour: u8,
    passengers: u8,
    /// The ride's duration in minutes.
    pub(super) time: f64,
}

/// What the city is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Season {
    /// As in the training data.
    Usual,
    /// Snow, road works, and customers who ride further.
    Winter,
}

const ZONES: [(&str, f64); 4] =
    [("airport", 1.35), ("downtown", 0.7), ("harbour", 0.9), ("suburb", 1.1)];
const VEHICLES: [(&str, f64); 3] = [("bike", 0.6), ("sedan", 1.0), ("van", 0.9)];
const WEATHERS: [(&str, f64); 3] = [("clear", 1.0), ("rain", 0.85), ("snow", 0.7)];

/// Draws `count` rides.
pub(super) fn draw(count: usize, season: Season, seed: u64) -> Vec<Ride> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..count).map(|_| ride(&mut random, season)).collect()
}

fn ride(random: &mut fastrand::Rng, season: Season) -> Ride {
    let winter = season == Season::Winter;
    let (zone, zone_pace) = pick(random, &ZONES, [0.2, 0.4, 0.15, 0.25]);
    let (vehicle, vehicle_pace) = pick(random, &VEHICLES, [0.15, 0.65, 0.2]);
    let shares = if winter { [0.25, 0.2, 0.55] } else { [0.68, 0.28, 0.04] };
    let (weather, weather_pace) = pick(random, &WEATHERS, shares);
    let dist = match random.f64() {
        share if share < 0.925 => 0.4 + 10.0 * random.f64(),
        share if share < 0.95 => 0.4 + 30.0 * random.f64(),
        _ => 0.4 + 20.0 * random.f64(),
    };
    let dist = if winter { dist * 1.4 } else { dist };
    let speed = match random.f64() {
        share if share < 0.95 => normal(random, 30.0, 3.0),
        share if share < 0.975 => normal(random, 50.0, 8.0),
        _ => normal(random, 15.0, 3.0),
    };
    let hour = random.u8(0..24);
    let rush = if matches!(hour, 7..=9 | 16..=18) { 0.75 } else { 1.0 };
    let works = if winter && zone == "downtown" { 0.6 } else { 1.0 };
    let pace = zone_pace * vehicle_pace * weather_pace * rush * works;
    Ride {
        dist,
        zone,
        vehicle,
        weather: (random.f64() > 0.05).then_some(weather),
        hour,
        passengers: random.u8(1..=6),
        // Nobody rides at less than a jogger's pace.
        time: dist / (speed * pace).max(9.0) * 60.0,
    }
}

fn pick<const N: usize>(
    random: &mut fastrand::Rng,
    choices: &[(&'static str, f64); N],
    shares: [f64; N],
) -> (&'static str, f64) {
    let mut left = random.f64();
    let chosen = choices.iter().zip(shares).find(|(_, share)| {
        left -= share;
        left < 0.0
    });
    chosen.map_or(("", 1.0), |(choice, _)| *choice)
}

/// Box & Muller's transform.
fn normal(random: &mut fastrand::Rng, mean: f64, deviation: f64) -> f64 {
    let radius = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
    mean + deviation * radius * (TAU * random.f64()).cos()
}

/// The rides as a data set.
pub(super) fn csv(rides: &[Ride]) -> String {
    let mut text =
        String::from("ride_dist,pickup_zone,vehicle,weather,hour,passengers,ride_time\n");
    for ride in rides {
        let Ride { dist, zone, vehicle, weather, hour, passengers, time } = ride;
        let weather = weather.unwrap_or_default();
        // Writing to a text cannot fail.
        let _ =
            writeln!(text, "{dist:.3},{zone},{vehicle},{weather},{hour},{passengers},{time:.3}");
    }
    text
}

/// A request of the Open Inference Protocol for the rides, one tensor a column.
pub(super) fn request(rides: &[Ride]) -> serde_json::Value {
    let tensor = |name: &str, datatype: &str, data: Vec<serde_json::Value>| {
        serde_json::json!({
            "name": name, "shape": [rides.len()], "datatype": datatype, "data": data,
        })
    };
    let column = |value: fn(&Ride) -> serde_json::Value| rides.iter().map(value).collect();
    serde_json::json!({"inputs": [
        tensor("ride_dist", "FP64", column(|ride| ((ride.dist * 1e3).round() / 1e3).into())),
        tensor("pickup_zone", "BYTES", column(|ride| ride.zone.into())),
        tensor("vehicle", "BYTES", column(|ride| ride.vehicle.into())),
        tensor("weather", "BYTES", column(|ride| ride.weather.into())),
        tensor("hour", "INT64", column(|ride| ride.hour.into())),
        tensor("passengers", "INT64", column(|ride| ride.passengers.into())),
    ]})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_rides_and_some_values_are_missing() {
        let rides = csv(&draw(500, Season::Usual, 1));
        assert_eq!(rides, csv(&draw(500, Season::Usual, 1)));
        assert_ne!(rides, csv(&draw(500, Season::Usual, 2)));
        assert!(rides.contains(",,"), "a missing weather");
    }

    #[test]
    fn winter_rides_take_longer() {
        let mean = |season| {
            let rides = draw(2000, season, 3);
            rides.iter().map(|ride| ride.time).sum::<f64>() / rides.len() as f64
        };
        assert!(mean(Season::Winter) > 1.5 * mean(Season::Usual));
    }
}
