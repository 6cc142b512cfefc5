using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>The pool's memory and the controls, attacked in the same run.</summary>
internal sealed class Proof : IDisposable
{
    /// <summary>The note of a row whose moved pages cannot be counted.</summary>
    public const string Hidden = "frame numbers hidden (CAP_SYS_ADMIN)";

    public const string NoteSeparator = "; ";

    /// <summary>A control has moved where more than one page in so many did.</summary>
    private const ulong MovedShare = 10;

    private const int MaxRounds = 10;

    private readonly IReadOnlyList<PooledMemory> _ours;
    private readonly nuint _length;
    private readonly LockedMemory _locked = new();
    private readonly Subject[] _controls;
    private readonly Subject[] _subjects;
    private readonly List<ProveRow> _rows = [];

    /// <param name="ours">The pool's memory, by kind of pin; some of it may be missing, not all.</param>
    public Proof(IReadOnlyList<PooledMemory> ours)
    {
        _ours = ours;
        _length = ours.Max(memory => memory.Length);
        _controls = [_locked, new PinnedArray(), new PrivateHugetlb()];
        _subjects = [.. _ours, .. _controls];
    }

    public IReadOnlyList<ProveRow> Run(Action<string> report)
    {
        Compact(report);
        Attack[] others =
        [
            new Fork(),
            new Advice("collapse", LibC.MADV_COLLAPSE),
            new Advice("pageout", LibC.MADV_PAGEOUT),
            new Advice("dontneed", LibC.MADV_DONTNEED),
            new HolePunching(),
            new Truncation(),
            new SecondMapping(),
            new MemoryPressure(),
        ];
        foreach (Attack attack in others)
        {
            report(attack.Name);
            foreach (Subject subject in _subjects)
                if (subject.Missing is null) subject.Restore();
            _rows.AddRange(Strike(attack));
        }

        return _rows;
    }

    public void Dispose()
    {
        foreach (Subject control in _controls) control.Dispose();
    }

    /// <summary>
    /// Where compaction finds pages to move depends on how memory lies, so controls are placed among fragments again until one
    /// of them has moved. The pool's memory stays the same through all rounds.
    /// </summary>
    private void Compact(Action<string> report)
    {
        var compaction = new Compaction();
        for (int round = 1; ; round++)
        {
            report($"{compaction.Name}, round {round}");
            foreach (Subject control in _controls) control.Release();
            ObtainControlsAmongFragments(round == 1 ? ulong.Min(_length * 8, Filler.Most) : Filler.Most);
            List<ProveRow> rows = Strike(compaction);
            int locked = rows.FindIndex(row => row.Memory == _locked.Name);
            bool isKnown = rows[locked].Moved is not null;
            if (isKnown) rows[locked] = rows[locked] with { Note = Rounds(round) };
            bool isBroken = rows.Any(row => row is { IsOurs: true, Holds: false });
            bool isEnough = !isKnown || isBroken || rows[locked].Moved > rows[locked].Pages / MovedShare;
            if (!isEnough && round < MaxRounds) continue;
            _rows.AddRange(rows);
            return;
        }
    }

    /// <summary>
    /// Their pages lie scattered, with free ones between them, as they do on a machine that has run for a while.
    /// </summary>
    private void ObtainControlsAmongFragments(ulong length)
    {
        using Filler? fragments = _ours.Any(memory => memory.HasFrames) ? Filler.TryFill(length) : null;
        fragments?.FreeScattered();
        foreach (Subject control in _controls) control.Obtain(_length);
    }

    private static string Rounds(int count) => count == 1 ? "after 1 round" : $"after {count} rounds";

    private List<ProveRow> Strike(Attack attack) =>
        [.. _subjects.Zip(attack.On(_subjects), (subject, strike) => Row(attack, subject, strike))];

    private static ProveRow Row(Attack attack, Subject subject, Strike strike)
    {
        if (!strike.TookPlace)
            return new ProveRow(subject.Name, subject.Pin, subject.Rung, attack.Name, subject.Pages, null, null, strike.Note);
        Damage damage = subject.Compare();
        string? note = subject.HasFrames ? strike.Note : strike.Note is null ? Hidden : strike.Note + NoteSeparator + Hidden;
        return new ProveRow(
            subject.Name, subject.Pin, subject.Rung, attack.Name, subject.Pages, damage.Moved, damage.Changed, note);
    }
}
