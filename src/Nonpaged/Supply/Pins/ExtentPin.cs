namespace Nonpaged;

/// <summary>What holds an extent in place, until disposed.</summary>
internal sealed class ExtentPin(PinKind kind, IDisposable held) : IDisposable
{
    public PinKind Kind { get; } = kind;

    /// <summary>Nothing has taken the pin away behind the pool's back.</summary>
    public bool IsWhole => held is not PipePin pipes || pipes.IsWhole;

    /// <summary>How memory is pinned, for the evidence of a block.</summary>
    public string Evidence => Kind == PinKind.IoUring
        ? "pinned long-term by an io_uring registered buffer"
        : "pinned by a reference to each page, held in a pipe: the kernel neither moves nor frees such a page (no long-term pin)";

    public void Dispose() => held.Dispose();
}
