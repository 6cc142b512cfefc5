namespace Nonpaged;

public sealed unsafe partial class NonpagedPool
{
    /// <summary>
    /// Told once of each extent whose pin is found to be gone: by <see cref="CheckPins"/>, and with <see cref="NonpagedPoolOptions.Verify"/> whenever a block of whole pages is freed.
    /// </summary>
    public event Action<LostPin>? PinLost;

    /// <summary>
    /// Looks whether everything that pins the pool's memory is still there. References in pipes go silently where another process drains the pipe, or code of this process closes descriptors
    /// that are not its own. Nothing more is allocated from what lost its pin, it has no physical address any more, and its blocks' <see cref="MemoryBlock.Obtained"/>, if read
    /// after that, tells it.
    /// </summary>
    /// <returns>What lost its pin since the last look.</returns>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public IReadOnlyList<LostPin> CheckPins()
    {
        var lost = new List<LostPin>();
        lock (_gate)
        {
            ThrowIfDisposed();
            foreach (Extent extent in _owners.OfType<Extent>().Where(extent => !extent.HasLostPin && !extent.IsPinWhole))
            {
                extent.HasLostPin = true;
                _map.Forget(extent.Start, extent.Pages);
                MemoryBlock[] blocks = [.. _owners.OfType<MemoryBlock>().Where(block => block.LastStart >= extent.Start && block.LastStart < extent.End)];
                lost.Add(new LostPin(extent.Start, extent.Length, extent.PinKind, blocks));
            }
        }

        foreach (LostPin one in lost) PinLost?.Invoke(one);
        return lost;
    }
}
