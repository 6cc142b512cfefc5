using System.Buffers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Nonpaged.Hosting.Tests;

/// <summary>Which pools services get.</summary>
public sealed unsafe class RegistrationTests
{
    [Fact]
    public void Two_named_pools_and_one_without_a_name_have_options_of_their_own()
    {
        using var log = new KeptLog();
        using IHost host = Hosts.Build(log, services =>
        {
            services.AddNonpagedPool(options => options with { Ceiling = 64 << 20 });
            services.AddNonpagedPool("frames", options => options with { Ceiling = 4 << 20, Pins = [] });
            services.AddNonpagedPool("secrets", options => options with { ZeroOnFree = true });
        });
        NonpagedPool plain = host.Services.GetRequiredService<NonpagedPool>();
        NonpagedPool frames = host.Services.GetRequiredKeyedService<NonpagedPool>("frames");
        NonpagedPool secrets = host.Services.GetRequiredKeyedService<NonpagedPool>("secrets");
        Assert.Equal(64 << 20, plain.Options.Ceiling);
        Assert.StartsWith("pool-", plain.Options.Name, StringComparison.Ordinal);
        Assert.Equal((4u << 20, "frames", 0), (frames.Options.Ceiling, frames.Options.Name, frames.Options.Pins.Count));
        Assert.Equal((true, "secrets"), (secrets.Options.ZeroOnFree, secrets.Options.Name));
        Assert.Same(frames, host.Services.GetRequiredKeyedService<NonpagedPool>("frames"));
        Assert.Null(host.Services.GetKeyedService<NonpagedPool>("others"));
        Assert.False(frames.TryAlloc(5 << 20, out _));
    }

    [Fact]
    public void A_pool_is_made_when_a_service_first_asks_for_it()
    {
        using var log = new KeptLog();
        using IHost host = Hosts.Build(log, services => services.AddNonpagedPool("frames", Hosts.Plain));
        host.Start();
        Assert.Empty(log.OfPools);
        NonpagedPool pool = host.Services.GetRequiredKeyedService<NonpagedPool>("frames");
        Assert.Equal(0u, pool.HeldBytes);
        Assert.Single(log.Named("Made"));
    }

    [Fact]
    public void Options_may_come_from_other_services()
    {
        using var log = new KeptLog();
        using IHost host = Hosts.Build(log, services =>
        {
            services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
                .AddInMemoryCollection([new("Frames:Ceiling", "4194304")]).Build());
            services.AddNonpagedPool("frames", (provider, options) => options with
            { Ceiling = long.Parse(provider.GetRequiredService<IConfiguration>()["Frames:Ceiling"]!, null) });
            services.AddNonpagedPool((provider, options) =>
                options with { Name = provider.GetRequiredService<IHostEnvironment>().EnvironmentName });
        });
        Assert.Equal(4u << 20, host.Services.GetRequiredKeyedService<NonpagedPool>("frames").Options.Ceiling);
        Assert.Equal("Production", host.Services.GetRequiredService<NonpagedPool>().Options.Name);
    }

    [Fact]
    public void A_pool_that_is_added_again_is_the_same_one_configured_further()
    {
        var services = new ServiceCollection();
        services.AddNonpagedPool("frames", options => options with { Ceiling = 4 << 20, Verify = true });
        services.AddKeyedSingleton("frames", "a service of another kind");
        services.AddNonpagedPool("frames", options => options with { Ceiling = 2 * options.Ceiling });
        services.AddNonpagedPool();
        services.AddNonpagedPool();
        using ServiceProvider provider = services.BuildServiceProvider();
        NonpagedPool pool = Assert.Single(provider.GetKeyedServices<NonpagedPool>("frames"));
        Assert.Equal((8u << 20, true), (pool.Options.Ceiling, pool.Options.Verify));
        Assert.Single(provider.GetServices<NonpagedPool>());
    }

    [Fact]
    public void A_pool_is_a_pool_of_memory_for_services_that_want_that_where_it_is_asked_for()
    {
        var services = new ServiceCollection();
        services.AddNonpagedPool(Hosts.Plain).AddMemoryPool();
        services.AddNonpagedPool("frames", Hosts.Plain).AddMemoryPool();
        services.AddNonpagedPool("others", Hosts.Plain);
        using ServiceProvider provider = services.BuildServiceProvider();
        NonpagedPool plain = provider.GetRequiredService<NonpagedPool>();
        Assert.Same(plain.AsMemoryPool(), provider.GetRequiredService<MemoryPool<byte>>());
        NonpagedPool frames = provider.GetRequiredKeyedService<NonpagedPool>("frames");
        MemoryPool<byte> memory = provider.GetRequiredKeyedService<MemoryPool<byte>>("frames");
        Assert.Same(frames.AsMemoryPool(), memory);
        Assert.Null(provider.GetKeyedService<MemoryPool<byte>>("others"));
        memory.Dispose();
        using IMemoryOwner<byte> owner = memory.Rent(1000);
        using MemoryHandle handle = owner.Memory.Pin();
        Assert.True(frames.Contains(handle.Pointer));
    }

    [Fact]
    public void A_collection_of_services_without_loggers_or_a_host_will_do()
    {
        var services = new ServiceCollection();
        services.AddNonpagedPool("frames", Hosts.Plain);
        NonpagedPool pool;
        using (ServiceProvider provider = services.BuildServiceProvider())
        {
            pool = provider.GetRequiredKeyedService<NonpagedPool>("frames");
            Assert.False(pool.TryAlloc(9 << 20, out _));
            pool.Allocate(1000);
        }

        Assert.True(pool.IsDisposed);
        Assert.Equal(1, pool.Leftovers!.Count);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        var services = new ServiceCollection();
        Assert.Throws<ArgumentException>(() => services.AddNonpagedPool(" "));
        Assert.Throws<ArgumentNullException>(() => services.AddNonpagedPool((string)null!));
        Assert.Throws<ArgumentNullException>(() => ((IServiceCollection)null!).AddNonpagedPool());
        Assert.Throws<ArgumentNullException>(() => services.AddNonpagedPool(
            "frames", (Func<IServiceProvider, NonpagedPoolOptions, NonpagedPoolOptions>)null!));
        NonpagedPoolBuilder pool = services.AddNonpagedPool("frames", _ => null!);
        Assert.Equal((services, "frames"), (pool.Services, pool.Name));
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.ReserveAtStart(0));
        Assert.Throws<ArgumentNullException>(() => pool.ReserveAtStart(null!));
        services.AddNonpagedPool(options => options with { Guard = true });
        using ServiceProvider provider = services.BuildServiceProvider();
        InvalidOperationException nothing =
            Assert.Throws<InvalidOperationException>(() => provider.GetRequiredKeyedService<NonpagedPool>("frames"));
        Assert.Contains("\"frames\"", nothing.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(provider.GetRequiredService<NonpagedPool>);
    }
}
