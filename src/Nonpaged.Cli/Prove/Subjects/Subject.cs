using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>
/// Memory of one kind that is attacked: filled with a pattern, its frames known, both compared after each attack.
/// </summary>
internal abstract unsafe class Subject(string name) : IDisposable
{
    private ulong[]? _frames;

    /// <summary>What kind of memory it is.</summary>
    public string Name { get; } = name;

    /// <summary>What the pool holds it in place by; null for memory that is not the pool's.</summary>
    public virtual string? Pin => null;

    /// <summary>How the pool obtained it; null for memory that is not the pool's.</summary>
    public virtual string? Rung => null;

    /// <summary>Its first byte; a multiple of 2 MiB, so that MADV_COLLAPSE can have all of it.</summary>
    public byte* Start { get; private set; }

    public nuint Length { get; private set; }

    public ulong Pages => Length / Page.Size;

    /// <summary>Why there is none of it; null where there is.</summary>
    public string? Missing { get; private set; } = "not obtained";

    /// <summary>Its frame numbers may be read (CAP_SYS_ADMIN).</summary>
    public bool HasFrames => _frames is not null;

    /// <summary>Obtains so many bytes of it, which are a multiple of 2 MiB, gives back what there was, and fills it.</summary>
    public void Obtain(nuint length)
    {
        Release();
        Start = null;
        Length = 0;
        Missing = TryObtain(length, out byte* start);
        if (Missing is not null) return;
        Start = start;
        Length = length;
        Fill();
        Remember();
    }

    /// <summary>The memory files that it is a mapping of, as paths that can be opened.</summary>
    public virtual IReadOnlyList<string> Files => [];

    /// <summary>Makes the memory whole for the next attack.</summary>
    public virtual void Restore()
    {
        Fill();
        Remember();
    }

    /// <summary>Counts the pages of 4 KiB that lie in another frame than at first, and those whose contents differ.</summary>
    public Damage Compare()
    {
        // Contents first: reading them brings back what is there but not mapped, whose frame pagemap does not show.
        ulong changed = Pattern.CountChangedPages(Start, Length);
        if (_frames is null) return new Damage(null, changed);
        ulong moved = 0;
        ulong[] frames = ReadFrames();
        for (int i = 0; i < frames.Length; i++)
            if (frames[i] != _frames[i]) moved++;
        return new Damage(moved, changed);
    }

    /// <summary>Gives it back, where there is any.</summary>
    public abstract void Release();

    public virtual void Dispose() => Release();

    /// <summary>
    /// Null and the start, or why there is no such memory. The memory is populated by the caller's first write.
    /// </summary>
    protected abstract string? TryObtain(nuint length, out byte* start);

    /// <summary>The physical address of each page as it is at first, or null where that may not be known.</summary>
    protected virtual ulong[]? ReadFirstFrames()
    {
        ulong[] frames = ReadFrames();
        return Array.TrueForAll(frames, frame => frame != 0) ? frames : null;
    }

    protected void Fill() => Pattern.Fill(Start, Length);

    private void Remember() => _frames = ReadFirstFrames();

    // 0 for a page that is not present, and where the kernel does not tell.
    private ulong[] ReadFrames()
    {
        ulong[] entries = new ulong[Pages];
        if (PageMapFile.Read(Start, entries).IsError) return new ulong[Pages];
        for (int i = 0; i < entries.Length; i++)
            entries[i] = (entries[i] & PageMapFile.Present) != 0 ? (entries[i] & PageMapFile.FrameMask) * Page.Size : 0;
        return entries;
    }
}
