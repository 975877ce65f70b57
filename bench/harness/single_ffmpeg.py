"""The peer "one ffmpeg": the best single ffmpeg command for a ladder.

One decode, a cascade of scalers, the same x264 settings as vodmill's (preset, profile, crf, VBV, GOP),
as many threads as ffmpeg likes, fMP4 HLS.
"""

GOP_SECONDS = 2
SEGMENT_SECONDS = 6


def command(source, plan, folder):
    """The words of the command. PLAN is `vodmill probe`'s: the ladder and sound to make."""
    words = ["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-i", source,
             "-filter_complex", cascade(plan["ladder"])]
    streams = []
    for number, rung in enumerate(plan["ladder"]):
        words += ["-map", f"[v{number}]",
                  f"-crf:v:{number}", rung["crf"],
                  f"-maxrate:v:{number}", f"{rung['max_kbps']}k",
                  f"-bufsize:v:{number}", f"{rung['buffer_kbits']}k"]
        streams.append(f"v:{number}" + (",agroup:sound" if plan["sounds"] else ""))
    gop = round(GOP_SECONDS * plan["fps"][0] / plan["fps"][1])
    words += ["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-g", gop,
              "-keyint_min", gop, "-sc_threshold", 0, "-flags", "+cgop"]
    if plan["sounds"]:
        audio = plan["sounds"][0]
        words += ["-map", f"0:{audio['source_stream']}", "-c:a", "aac", "-b:a",
                  f"{audio['kbps']}k", "-ac", audio["channels"], "-ar", audio["sample_rate"]]
        streams.append("a:0,agroup:sound")
    return words + ["-f", "hls", "-hls_time", SEGMENT_SECONDS, "-hls_playlist_type", "vod",
                    "-hls_segment_type", "fmp4", "-hls_segment_filename", f"{folder}/%v/%d.m4s",
                    "-master_pl_name", "index.m3u8", "-var_stream_map", " ".join(streams),
                    f"{folder}/%v/index.m3u8"]


def cascade(ladder):
    parts = []
    above = "[0:v]"
    for number, rung in enumerate(ladder):
        scale = f"scale={rung['width']}:{rung['height']}:flags=bicubic,"
        if number + 1 == len(ladder):
            parts.append(f"{above}{scale}format=yuv420p[v{number}]")
        else:
            # The top too: a scaler that has nothing to do passes its pictures on.
            parts.append(f"{above}{scale}format=yuv420p,split=2[v{number}][s{number}]")
        above = f"[s{number}]"
    return ";".join(parts)
