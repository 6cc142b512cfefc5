using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Pipes with a reference to each page of an extent, until disposed.</summary>
internal sealed class PipePin : IDisposable
{
    private readonly List<(SafeFileHandle Pipe, int Slots, int Bytes)> _pipes = [];
    private readonly nuint _length;
    private int _isDisposed;

    public PipePin(nuint length)
    {
        _length = length;
        PinPolicy.Charge(PinKind.Pipe, (long)length);
    }

    /// <summary>
    /// Everything is still in the pipes. A process that reads from one, or code of this process that closes descriptors which are
    /// not its own, drops references, and nothing else shows it.
    /// </summary>
    public bool IsWhole => _pipes.TrueForAll(one => LibC.BytesIn(one.Pipe).Value == one.Bytes);

    /// <summary>Takes over the end of a pipe into which so many bytes were written.</summary>
    public void Add(SafeFileHandle pipe, int slots, int bytes)
    {
        ForkedDescriptors.Add(pipe);
        _pipes.Add((pipe, slots, bytes));
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        foreach ((SafeFileHandle pipe, int slots, _) in _pipes)
        {
            ForkedDescriptors.Remove(pipe);
            pipe.Dispose();
            PipeBudget.Give(slots);
        }

        PinPolicy.Charge(PinKind.Pipe, -(long)_length);
    }
}
