using System.Globalization;
using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>
/// A process's pools, look by look. On a terminal each look takes the place of the one before; elsewhere it is a block of lines.
/// It reads what the kernel shows of the process, which does not notice.
/// </summary>
internal sealed class MapLive(Screen screen, int process, TimeSpan interval, bool isJson)
{
    // A process that ends loses its memory some moments before it is gone.
    private const int Tries = 10;
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(50);

    private readonly SystemFiles _files = new("");

    /// <summary>Shows looks until the process ends, or a signal comes.</summary>
    /// <exception cref="CommandException">There is no such process, or it may not be looked at.</exception>
    public async Task<int> RunAsync()
    {
        using var interruption = new Interruption();
        MapLook first = Look();
        screen.Say($"watching process {process} (Ctrl+C ends it). How much of its pools is used, allocations, frees and failures "
            + $"are known to the process alone: dotnet-counters monitor --process-id {process} --counters Nonpaged");
        CancellationToken token = interruption.Token;
        bool isOver = isJson ? await WatchAsync(first, (look, _) => WriteJson(look), token)
            : !screen.Out.Profile.Capabilities.Ansi ? await WatchAsync(first, Write, token)
            : await screen.Out.Live(new Text("")).StartAsync(view => WatchAsync(
                first, (look, before) => view.UpdateTarget(new Text(string.Join('\n', Lines(look, before)))), token));
        if (isOver) screen.Say($"process {process} ended");
        return ExitCode.Success;
    }

    /// <returns>Whether the process ended.</returns>
    private async Task<bool> WatchAsync(MapLook first, Action<MapLook, MapLook?> show, CancellationToken token)
    {
        using var timer = new PeriodicTimer(interval);
        MapLook before = first;
        show(first, null);
        while (await Ticks.WaitAsync(timer, token))
        {
            if (await NextAsync() is not { } look) return true;
            show(look, before);
            before = look;
        }

        return false;
    }

    /// <summary>Null where the process ended.</summary>
    private async Task<MapLook?> NextAsync()
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                MapLook look = Look();
                return IsOver ? null : look;
            }
            catch (CommandException) when (IsOver || tries < Tries)
            {
                if (IsOver) return null;
                await Task.Delay(s_moment);
            }
        }
    }

    private void WriteJson(MapLook look) => screen.WriteWhole(CliJson.Write(
        new MapDocument(process, [.. look.Pools.Select(MapPoolDocument.From)], null)));

    private void Write(MapLook look, MapLook? before)
    {
        foreach (string line in Lines(look, before)) screen.WriteWhole(line);
        screen.WriteWhole("");
    }

    private MapLook Look() =>
        new(DateTime.Now, ProcessPools.Read(process), _files.ReadField($"/proc/{process}/status", "VmPin"));

    // Until its parent asks for its end it is there as a zombie (proc_pid_status(5)).
    private bool IsOver => _files.ReadField($"/proc/{process}/status", "State") is null or ['Z' or 'X', ..];

    private IEnumerable<string> Lines(MapLook look, MapLook? before)
    {
        string nothing = look.Pools.Count == 0 ? ": no pool" : "";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{look.At:HH:mm:ss}  process {process}, VmPin {look.Pinned ?? "not known"}{nothing}");
        if (nothing.Length > 0) yield break;
        yield return Line("pool", "held", "change", "extents", "new", "gone", "runs", "longest");
        foreach (IGrouping<string, MapPool> pools in look.Pools.GroupBy(pool => pool.Name))
        {
            MapPool[] earlier = before is null ? [.. pools] : [.. before.Pools.Where(pool => pool.Name == pools.Key)];
            (string Rung, ulong Start)[] now = [.. Extents(pools)];
            (string Rung, ulong Start)[] then = [.. Extents(earlier)];
            PhysicalRun[] runs = [.. pools.SelectMany(pool => pool.Extents).SelectMany(extent => extent.Runs)];
            yield return Line(
                pools.Key, Size.Format(Held(pools)), Change(Held(earlier), Held(pools)), Number(now.Length),
                Number(now.Except(then).Count()), Number(then.Except(now).Count()),
                runs.Length == 0 ? "-" : Number(runs.Length),
                runs.Length == 0 ? "-" : Size.Format(runs.Max(run => run.Length)));
        }
    }

    private static IEnumerable<(string Rung, ulong Start)> Extents(IEnumerable<MapPool> pools) =>
        pools.SelectMany(pool => pool.Extents).Select(extent => (extent.Rung, extent.Start));

    private static ulong Held(IEnumerable<MapPool> pools) => pools.Aggregate(0UL, (sum, pool) => sum + pool.Length);

    private static string Change(ulong before, ulong now) =>
        now == before ? "0" : now > before ? $"+{Size.Format(now - before)}" : $"-{Size.Format(before - now)}";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Line(params ReadOnlySpan<string> cells) =>
        $"  {cells[0],-16}{cells[1],11}{cells[2],12}{cells[3],9}{cells[4],5}{cells[5],6}{cells[6],8}{cells[7],11}";
}
