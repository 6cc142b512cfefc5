using System.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Nonpaged.Hosting;

/// <summary>What else a program wants of a pool that it adds to its services. Not thread-safe.</summary>
public sealed class NonpagedPoolBuilder
{
    private readonly PoolRegistration _registration;

    internal NonpagedPoolBuilder(IServiceCollection services, PoolRegistration registration)
    {
        Services = services;
        _registration = registration;
    }

    /// <summary>Where the pool is added.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The pool's key; null for that without one.</summary>
    public string? Name => _registration.Name;

    /// <summary>
    /// Makes the pool when the host starts, before any other service of it does, and reserves memory
    /// (<see cref="NonpagedPool.Reserve(long, PhysicalAddress?)"/>). Where there is not so much the start fails with an
    /// <see cref="AllocationException"/>, which says the limit and what lifts it: at the start, and not at the first packet.
    /// </summary>
    /// <param name="bytes">In all, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">0 bytes or less.</exception>
    public NonpagedPoolBuilder ReserveAtStart(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        return ReserveAtStart(pool => pool.Reserve(bytes));
    }

    /// <summary>
    /// As <see cref="ReserveAtStart(long)"/>, for requests like this one: pinned, contiguous, below an address limit as it says.
    /// </summary>
    /// <param name="request">Its length is the sum of theirs.</param>
    /// <exception cref="ArgumentNullException">There is no request.</exception>
    public NonpagedPoolBuilder ReserveAtStart(MemoryRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ReserveAtStart(pool => pool.Reserve(request));
    }

    /// <summary>
    /// Lets services get the pool as a <see cref="MemoryPool{T}"/> of bytes, too: by the pool's key, or without one where it has
    /// none. Their disposing of that does nothing.
    /// </summary>
    public NonpagedPoolBuilder AddMemoryPool()
    {
        PoolRegistration registration = _registration;
        if (Name is null) Services.AddSingleton<MemoryPool<byte>>(services => registration.Pool(services).AsMemoryPool());
        else Services.AddKeyedSingleton<MemoryPool<byte>>(Name, (services, _) => registration.Pool(services).AsMemoryPool());
        return this;
    }

    private NonpagedPoolBuilder ReserveAtStart(Action<NonpagedPool> reserve)
    {
        PoolRegistration registration = _registration;
        Services.AddSingleton<IHostedService>(services => new PoolReservation(() => reserve(registration.Pool(services))));
        return this;
    }
}
