using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Nonpaged.Hosting.Tests;

/// <summary>When a pool is made, and when it goes.</summary>
public sealed class LifetimeTests
{
    [Fact]
    public async Task The_container_disposes_of_a_pool_after_the_services_that_use_it()
    {
        using var log = new KeptLog();
        FrameService service;
        using (IHost host = Hosts.Build(log, services =>
        {
            services.AddHostedService<FrameService>();
            services.AddNonpagedPool("frames", Hosts.Plain);
        }))
        {
            await host.StartAsync();
            service = Assert.Single(host.Services.GetServices<IHostedService>().OfType<FrameService>());
            await host.StopAsync();
            Assert.False(service.Pool.IsDisposed);
        }

        Assert.True(service.HadPool);
        Assert.True(service.Pool.IsDisposed);
        Assert.Equal(0, service.Pool.Leftovers!.Count);
        Assert.Empty(log.Named("LeftBehind"));
    }

    [Fact]
    public async Task The_same_holds_where_the_host_is_disposed_of_asynchronously()
    {
        using var log = new KeptLog();
        FrameService service;
        IHost host = Hosts.Build(log, services => services.AddSingleton<FrameService>().AddNonpagedPool("frames", Hosts.Plain));
        await using ((IAsyncDisposable)host)
        {
            service = host.Services.GetRequiredService<FrameService>();
        }

        Assert.True(service.HadPool);
        Assert.True(service.Pool.IsDisposed);
    }

    [Fact]
    public async Task What_is_reserved_is_there_before_other_services_start_also_those_added_earlier()
    {
        using var log = new KeptLog();
        using IHost host = Hosts.Build(log, services =>
        {
            services.AddHostedService<FrameService>();
            services.AddNonpagedPool("frames", Hosts.Plain).ReserveAtStart(6 << 20);
            services.AddNonpagedPool(Hosts.Plain).ReserveAtStart(new MemoryRequest(2 << 20) { WholePages = true });
        });
        await host.StartAsync();
        FrameService service = Assert.Single(host.Services.GetServices<IHostedService>().OfType<FrameService>());
        Assert.InRange(service.HeldAtStart!.Value, 6u << 20, 8u << 20);
        Assert.InRange(host.Services.GetRequiredService<NonpagedPool>().HeldBytes, 2u << 20, 8u << 20);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_limit_shows_when_the_host_starts_and_no_other_service_of_it_does()
    {
        using var log = new KeptLog();
        using IHost host = Hosts.Build(log, services =>
        {
            services.AddHostedService<FrameService>();
            services.AddNonpagedPool("frames", Hosts.Plain).ReserveAtStart(100 << 20);
        });
        AllocationException failed = await Assert.ThrowsAsync<AllocationException>(() => host.StartAsync());
        Assert.Equal(FailureKind.Ceiling, failed.Failure.Kind);
        Assert.Contains("Remedy: ", failed.Message, StringComparison.Ordinal);
        FrameService service = Assert.Single(host.Services.GetServices<IHostedService>().OfType<FrameService>());
        Assert.Null(service.HeldAtStart);
        Assert.Equal(FailureKind.Ceiling, Assert.Single(log.Named("AllocationFailed")).Values["Kind"]);
    }

    [Fact]
    public async Task A_start_that_is_cancelled_reserves_nothing()
    {
        using var log = new KeptLog();
        using IHost host = Hosts.Build(log, services => services.AddNonpagedPool(Hosts.Plain).ReserveAtStart(6 << 20));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.StartAsync(new CancellationToken(canceled: true)));
        Assert.Empty(log.OfPools);
    }
}
