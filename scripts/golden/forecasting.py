"""Golden numbers for shared/forecasting, from statsmodels 0.15.0, statsforecast 2.1.1,
utilsforecast 0.2.17 and Prophet 1.5.0.

    pip install statsmodels==0.15.0 statsforecast==2.1.1 utilsforecast==0.2.17 prophet==1.5.0
    python scripts/golden/forecasting.py > shared/forecasting/tests/golden/forecasting.json
"""

import json
import logging
import warnings

import numpy as np
import pandas as pd
from prophet import Prophet
from statsforecast.models import MSTL, AutoETS, SeasonalWindowAverage
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.forecasting.theta import ThetaModel
from utilsforecast.losses import mase, smape

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

# Passengers of international airlines by month, 1949 to 1960 (Box and Jenkins, 1976).
PASSENGERS = """112 118 132 129 121 135 148 148 136 119 104 118 115 126 141 135 125 149 170 170
158 133 114 140 145 150 178 163 172 178 199 199 184 162 146 166 171 180 193 181 183 218 230 242
209 191 172 194 196 196 236 235 229 243 264 272 237 211 180 201 204 188 235 227 234 264 302 293
259 229 203 229 242 233 267 269 270 315 364 347 312 274 237 278 284 277 317 313 318 374 413 405
355 306 271 306 315 301 356 348 355 422 465 467 404 347 305 336 340 318 362 348 363 435 491 505
404 359 310 337 360 342 406 396 420 472 548 559 463 407 362 405 417 391 419 461 472 535 622 606
508 461 390 432"""
passengers = np.array(PASSENGERS.split(), dtype=float)
months = pd.date_range("1949-01-01", periods=len(passengers), freq="MS")
horizon = 12
train, test = passengers[:-horizon], passengers[-horizon:]
series = pd.Series(train, index=months[:-horizon])


def ets(trend, damped, season):
    model = ETSModel(
        series, error="add", trend=trend, damped_trend=damped, seasonal=season,
        seasonal_periods=12 if season else None,
    )
    fit = model.fit(disp=False, maxiter=2000)
    return {"sse": float(fit.sse), "forecast": fit.forecast(horizon).tolist()}


mean = SeasonalWindowAverage(season_length=12, window_size=len(train) // 12)
theta = ThetaModel(series, period=12, deseasonalize=True, use_test=True, method="multiplicative")
mstl = MSTL(season_length=12, trend_forecaster=AutoETS(model="ZZN"))

# Two years of days with a trend that bends, a week and a year.
rng = np.random.default_rng(5)
days = pd.date_range("2021-01-01", periods=900, freq="D")
t = np.arange(900)
daily = (
    200 + 0.2 * t - 0.35 * np.maximum(t - 400, 0)
    + 15 * np.sin(2 * np.pi * t / 7) + 40 * np.cos(2 * np.pi * t / 365.25)
    + rng.normal(0, 4, 900)
).round(2)
prophet = Prophet(daily_seasonality=False)
prophet.fit(pd.DataFrame({"ds": days[:840], "y": daily[:840]}))
future = prophet.predict(pd.DataFrame({"ds": days}))["yhat"].to_numpy()

frame = pd.DataFrame({
    "unique_id": 0, "ds": months[-horizon:], "y": test, "m": theta.fit().forecast(horizon).to_numpy(),
})
past = pd.DataFrame({"unique_id": 0, "ds": months[:-horizon], "y": train})
print(json.dumps({
    "passengers": passengers.tolist(),
    "horizon": horizon,
    "ets": {
        "simple": ets(None, False, None),
        "damped": ets("add", True, None),
        "damped_season": ets("add", True, "add"),
    },
    "seasonal_mean": mean.forecast(train, horizon)["mean"].tolist(),
    "theta": theta.fit().forecast(horizon).tolist(),
    "mstl": mstl.forecast(train, horizon)["mean"].tolist(),
    "smape": float(smape(frame, models=["m"])["m"].iloc[0]),
    "mase": float(mase(frame, models=["m"], seasonality=12, train_df=past)["m"].iloc[0]),
    "daily": daily.tolist(),
    "prophet_train": 840,
    "prophet": future[840:].round(3).tolist(),
}))
