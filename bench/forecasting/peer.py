"""Forecasts the last horizon of every series of a CSV file with statsforecast or Prophet, and
prints RMSE and MASE as a line of JSON."""

import argparse
import json
import logging
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)


def statsforecast(train: pd.DataFrame, horizon: int, frequency: str, seasons: list[int]):
    from statsforecast import StatsForecast
    from statsforecast.models import MSTL, AutoETS

    longest = train.groupby("unique_id").size().min()
    seasons = [season for season in seasons if 2 * season <= longest] or seasons[:1]
    model = (
        AutoETS(season_length=seasons[0])
        if len(seasons) == 1
        else MSTL(season_length=seasons, trend_forecaster=AutoETS(model="ZZN"))
    )
    frame = StatsForecast(models=[model], freq=frequency, n_jobs=1).forecast(df=train, h=horizon)
    return frame.set_index(["unique_id", "ds"]).iloc[:, 0]


def prophet(train: pd.DataFrame, horizon: int, frequency: str, seasons: list[int]):
    from prophet import Prophet

    parts = []
    for key, series in train.groupby("unique_id"):
        # The book's settings.
        model = Prophet(yearly_seasonality=True, weekly_seasonality=True, daily_seasonality=True)
        model.fit(series[["ds", "y"]])
        future = model.make_future_dataframe(horizon, freq=frequency, include_history=False)
        made = model.predict(future)
        index = pd.MultiIndex.from_product([[key], made.ds], names=["unique_id", "ds"])
        parts.append(pd.Series(made.yhat.to_numpy(), index=index))
    return pd.concat(parts)


PEERS = {"statsforecast": statsforecast, "prophet": prophet}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("data")
    parser.add_argument("--time", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--series")
    parser.add_argument("--horizon", type=int, required=True)
    options = parser.parse_args()
    raw = pd.read_csv(options.data, parse_dates=[options.time])
    frame = pd.DataFrame({
        "unique_id": raw[options.series] if options.series else 0,
        "ds": raw[options.time],
        "y": raw[options.target].astype(float),
    })
    frame = frame.groupby(["unique_id", "ds"], as_index=False).y.mean()
    gap = frame.groupby("unique_id").ds.diff().mode()[0]
    frequency, seasons = ("h", [24, 168]) if gap <= pd.Timedelta("1h") else ("D", [7])
    last = frame.groupby("unique_id").cumcount(ascending=False) < options.horizon
    train, test = frame[~last], frame[last].set_index(["unique_id", "ds"]).y
    made = PEERS[options.peer](train, options.horizon, frequency, seasons)
    error = (made.reindex(test.index) - test).abs()
    scale = train.groupby("unique_id").y.apply(lambda y: y.diff(seasons[0]).abs().mean())
    scaled = error / error.index.get_level_values(0).map(scale).to_numpy()
    metrics = {"rmse": float(np.sqrt((error**2).mean())), "mase": float(scaled.mean())}
    print(json.dumps({"learner": options.peer, "metrics": metrics}))


main()
