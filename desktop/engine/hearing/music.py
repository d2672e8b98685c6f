"""Is this music, or a tone, without a voice? Pure.

Whisper writes words to anything that sounds; what tells speech from music is old knowledge (Scheirer and Slaney 1997;
Lu, Jiang and Zhang 2002): speech is cut into syllables, so its loudness and the balance of its high and low sounds go
up and down some four times a second, and its pitch glides. Two rules, both strict, for words must never be lost:

- steady: nearly all of the sound lies in tones that stand still. The voice's never do for half a second.
- unarticulated: for two seconds there are tones all the time, and neither loudness nor balance changes as in syllables.

A single piece of the window that is neither lets all of it through, so speech over music passes, and so does song.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from desktop.engine.events import SAMPLE_RATE, Samples

_Table = NDArray[np.float64]

_FRAME = 1024
"""samples in one spectrum, 64 ms: overtones of the lowest voices stand apart"""
_HOP = 256
_LOWEST = 4
"""bin; below it, 60 Hz, is hum and no voice"""
_AUDIBLE = 25.0
"""dB; what is further below the loudest piece of a window says nothing"""

_LEAST = 0.5
"""s; less cannot be told"""
_APART = 4
"""frames between two spectra that are compared, 64 ms"""
_STEADY_WITHIN = 0.3
"""bins, 5 Hz, that a tone may move in that time"""
_STEADY_LEVEL = 10.0
"""dB that it may swell or fade"""
_STEADY_SHARE = 0.6
"""Least share of a spectrum's energy that lies in tones that stand"""
_STEADY_FRAMES = 0.7
"""Least share of the spectra in which it does"""
_CHANGE = 10
"""Most spectra in a row, 160 ms, in which it does not: the next note begins. A syllable takes longer."""
_WEAKEST_TONE = 40.0
"""dB below the strongest"""

_ARTICULATION_PIECE = 2.0
"""s"""
_LOUDNESS_RANGE = 5.0
"""dB between the soft and the loud tenth of the time"""
_BALANCE_SPREAD = 2.0
"""dB, standard deviation of high against low sounds"""
_BALANCE_SPLIT = 2500.0
"""Hz"""
_MAY_BE_VOICE = 1.5
"""times the two above: a single piece that changes so much may be speech over the music"""
_FLATNESS = -12.0
"""dB at most; noise has -2.5, tones much less"""
_SMOOTHED = 5
"""frames; a drum is shorter, a syllable is not"""


def is_music(samples: Samples) -> bool:
    """Whether there is certainly nothing but music or tones in the window, shape (n,), 16 kHz.

    False for less than half a second, and for silence and noise, which others recognise better."""
    if len(samples) < _LEAST * SAMPLE_RATE:
        return False
    # A voice is strong where it is low, a whistle where it is high: the rule must hold with high sounds lifted and not.
    plain = _spectra(samples, 0.0)
    may_be_steady, may_be_flat = _is_steady(_loudest(plain)), _is_unarticulated(plain)
    if not may_be_steady and not may_be_flat:
        return False  # speech, nearly always: the rest is dear
    both = (plain, _spectra(samples, 0.9))
    return (may_be_steady and all(map(_is_steady, both))) or (may_be_flat and all(map(_is_unarticulated, both)))


def may_be_music(samples: Samples) -> bool:
    """Whether it sounds more like music than like speech: a doubt that proves nothing."""
    if len(samples) < _LEAST * SAMPLE_RATE:
        return False
    plain = _spectra(samples, 0.0)
    return _is_steady(plain) or float(np.median(_articulations(plain))) < _MAY_BE_VOICE


def steady_shares(energies: _Table) -> _Table:
    """For each frame but the first few, the share of its energy in tones that were there 64 ms before, 0..1.

    energies: shape (frames, bins)."""
    level = 10 * np.log10(energies + 1e-18)
    left, middle, right = level[:, :-2], level[:, 1:-1], level[:, 2:]
    is_peak = (middle > left) & (middle >= right)
    bend = np.minimum(left - 2 * middle + right, -1e-9)
    place = np.arange(1, energies.shape[1] - 1) + np.where(is_peak, 0.5 * (left - right) / bend, 0.0)
    strength = energies[:, :-2] + energies[:, 1:-1] + energies[:, 2:]
    is_strong = is_peak & (middle > middle.max(axis=1, keepdims=True) - _WEAKEST_TONE)
    count = max(0, len(energies) - _APART)
    (old_frame, old), (frame, new) = np.nonzero(is_peak[:count]), np.nonzero(is_strong[_APART:])
    tones = np.bincount(old_frame, minlength=count)
    is_comparable = tones[frame] > 0
    frame, new = frame[is_comparable], new[is_comparable]
    nearest = _nearest(place[old_frame, old], old_frame, place[frame + _APART, new], frame)
    was_frame, was = old_frame[nearest], old[nearest]
    stays = np.abs(place[was_frame, was] - place[frame + _APART, new]) < _STEADY_WITHIN
    stays &= np.abs(middle[was_frame, was] - middle[frame + _APART, new]) < _STEADY_LEVEL
    frame, new = frame[stays], new[stays]
    steady = np.bincount(frame, strength[frame + _APART, new], count)
    shares: _Table = np.minimum(steady / np.maximum(energies[_APART:].sum(axis=1), 1e-18), 1.0)
    return shares


def _is_steady(energies: _Table) -> bool:
    shares = steady_shares(energies)
    power = energies[_APART:].sum(axis=1)
    audible = power > power.max() * 10 ** (-_AUDIBLE / 10)
    if not audible.any():
        return False  # silence
    stands = (shares >= _STEADY_SHARE)[audible]
    return bool(stands.mean() >= _STEADY_FRAMES and _longest_run(~stands) <= _CHANGE)


def _loudest(energies: _Table) -> _Table:
    """The loudest second."""
    size = _frames(1.0)
    if len(energies) <= size:
        return energies
    summed = np.concatenate(([0.0], np.cumsum(energies.sum(axis=1))))
    start = int(np.argmax(summed[size:] - summed[:-size]))
    return energies[start : start + size]


def _is_unarticulated(energies: _Table) -> bool:
    found = _articulations(energies)
    return max(found) < _MAY_BE_VOICE and float(np.median(found)) < 1.0


def _articulations(energies: _Table) -> list[float]:
    """`_articulation` of each two seconds; a shorter window is far from flat."""
    size = _frames(_ARTICULATION_PIECE)
    if len(energies) < size:
        return [np.inf]
    return [_articulation(energies[start : start + size]) for start in _starts(len(energies), size)]


def _articulation(energies: _Table) -> float:
    """How much two seconds change as syllables do: below 1 is flat; noise, which is no music, is infinitely far."""
    if _flatness(energies) >= _FLATNESS:
        return np.inf
    split = round(_BALANCE_SPLIT / SAMPLE_RATE * _FRAME)
    floor = float(energies.sum(axis=1).max()) * 10**-4.5 + 1e-18
    low = energies[:, :split].sum(axis=1) + floor
    high = energies[:, split:].sum(axis=1) + floor
    soft, loud = np.quantile(_smoothed(10 * np.log10(low + high)), (0.1, 0.9))
    balance = _smoothed(10 * np.log10(high / low))
    return float(max((loud - soft) / _LOUDNESS_RANGE, balance.std() / _BALANCE_SPREAD))


def _flatness(energies: _Table) -> float:
    """Spectral flatness of the middle frame, dB: 0 where all frequencies are alike."""
    heard = energies[:, _LOWEST : _FRAME // 4] + 1e-18
    return float(np.median(10 * np.log10(heard).mean(axis=1) - 10 * np.log10(heard.mean(axis=1))))


def _spectra(samples: Samples, lift: float) -> _Table:
    """Energies, shape (frames, bins). lift: of high sounds, 0..1, as pre-emphasis does."""
    wave = np.asarray(samples[1:], np.float64) - lift * samples[:-1]
    frames = sliding_window_view(wave, _FRAME)[::_HOP]
    energies = np.square(np.abs(np.fft.rfft(frames * np.hanning(_FRAME), axis=1)))
    energies[:, :_LOWEST] = 0.0
    return energies


def _starts(count: int, size: int) -> list[int]:
    """Where pieces of `size` begin that half overlap and reach the end."""
    return [*range(0, count - size, max(1, size // 2)), count - size]


def _frames(seconds: float) -> int:
    """Spectra in so much audio."""
    return max(0, (round(seconds * SAMPLE_RATE) - 1 - _FRAME) // _HOP + 1)


def _longest_run(flags: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(int)))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _nearest(
    places: _Table, frames: NDArray[np.intp], wanted: _Table, wanted_frames: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Index of the place (ascending within its frame) that is nearest to each wanted one in the same frame, which has
    one. frames: of the places, ascending."""
    width = max(places.max(initial=0.0), wanted.max(initial=0.0)) + 1.0
    right = np.searchsorted(places + width * frames, wanted + width * wanted_frames)
    first = np.searchsorted(frames, wanted_frames)
    right = np.clip(right, first, np.searchsorted(frames, wanted_frames, "right") - 1)
    left = np.maximum(right - 1, first)
    is_left = np.abs(places[left] - wanted) <= np.abs(places[right] - wanted)
    return np.asarray(np.where(is_left, left, right), np.intp)


def _smoothed(values: _Table) -> _Table:
    """Each value's median with its neighbours."""
    edge = _SMOOTHED // 2
    return np.asarray(np.median(sliding_window_view(np.pad(values, edge, mode="edge"), _SMOOTHED), axis=1))
