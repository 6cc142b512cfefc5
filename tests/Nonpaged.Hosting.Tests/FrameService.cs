using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Nonpaged.Hosting.Tests;

/// <summary>A service with buffers of a pool, which it gives back when it is disposed.</summary>
internal sealed class FrameService([FromKeyedServices("frames")] NonpagedPool pool) : IHostedService, IDisposable
{
    private readonly MemoryBlock _ring = pool.Allocate(100_000);

    public NonpagedPool Pool => pool;

    /// <summary>What the pool held when the service was started; null before.</summary>
    public ulong? HeldAtStart { get; private set; }

    /// <summary>The pool was there when the service was disposed.</summary>
    public bool HadPool { get; private set; }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        HeldAtStart = pool.HeldBytes;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _ring.AsSpan().Clear();
        _ring.Dispose();
        HadPool = !pool.IsDisposed;
    }
}
