namespace Nonpaged;

// What the pool tells without being asked.
public sealed unsafe partial class NonpagedPool
{
    /// <summary>
    /// Told once of each extent whose pin is found to be gone: by <see cref="CheckPins"/>, and with
    /// <see cref="NonpagedPoolOptions.Verify"/> when a block is disposed.
    /// </summary>
    public event Action<LostPin>? PinLost
    {
        add => _events.PinLost += value;
        remove => _events.PinLost -= value;
    }

    /// <summary>
    /// Told of each write to memory that was not the writer's, by the thread whose call found it. Where nobody listens that call
    /// throws <see cref="MemoryCorruptionException"/>. With <see cref="NonpagedPoolOptions.Guard"/> only.
    /// </summary>
    public event Action<MemoryCorruption>? Corrupted
    {
        add => _events.Corrupted += value;
        remove => _events.Corrupted -= value;
    }

    /// <summary>
    /// Told by <see cref="Dispose"/> of what was still in use, by the thread that disposes, when the memory is
    /// gone. Not told where nothing was.
    /// </summary>
    public event Action<PoolLeftovers>? LeftBehind
    {
        add => _events.LeftBehind += value;
        remove => _events.LeftBehind -= value;
    }

    /// <summary>
    /// Told once of each allocation or reservation that fails, whether its call then throws or returns false: by the thread of
    /// that call, before it ends.
    /// </summary>
    /// <remarks>
    /// No lock of the pool is held, so a handler may call the pool: what fails there is told to it again. An exception of a
    /// handler leaves the call in place of the failure. Imports and exports are not told.
    /// </remarks>
    public event Action<AllocationFailure>? AllocationFailed
    {
        add => _events.AllocationFailed += value;
        remove => _events.AllocationFailed -= value;
    }

    private void TellCorruptions() => _events.OnCorrupted(_fenced is null ? _recorded.TakeFound() : _fenced.TakeFound());

    /// <summary>Tells what is wrong with a free, where anything is.</summary>
    private BadFree Told(BadFree bad, nuint address)
    {
        if (bad != BadFree.None && _events.IsToldOfBadFrees && _index.Tell(bad, address) is { } wrong)
            _events.OnBadFree(address, bad, wrong);
        return bad;
    }

    private void ThrowIfBad(BadFree bad, void* address)
    {
        if (_index.Tell(bad, (nuint)address) is { } wrong)
            throw new ArgumentException($"0x{(nuint)address:x} {wrong} (pool \"{Options.Name}\").", nameof(address));
    }
}
