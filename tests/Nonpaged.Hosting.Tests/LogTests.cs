using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Nonpaged.Hosting.Tests;

/// <summary>What is logged of a pool.</summary>
[Collection("pipes")]
public sealed unsafe class LogTests : IDisposable
{
    private readonly KeptLog _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void That_a_pool_is_made_is_logged_with_its_limits()
    {
        using IHost host = Build(options => options with { Ceiling = 4 << 20, Pins = [PinKind.Pipe] });
        Pool(host);
        LogEntry made = Assert.Single(_log.OfPools);
        Assert.Equal((LogLevel.Information, 8, "Made"), (made.Level, made.Id.Id, made.Id.Name));
        Assert.StartsWith("The pool \"frames\" is made. Kinds of pin: Pipe", made.Text, StringComparison.Ordinal);
        Assert.EndsWith("Ceiling: 4194304 bytes.", made.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Failures_are_logged_with_kind_and_remedy_at_powers_of_ten()
    {
        using IHost host = Build(Hosts.Plain);
        NonpagedPool pool = Pool(host);
        for (int i = 0; i < 150; i++) Assert.False(pool.TryAlloc(9 << 20, out _));
        LogEntry[] failures = _log.Named("AllocationFailed");
        Assert.Equal([1L, 10L, 100L], failures.Select(failure => (long)failure.Values["Count"]!));
        Assert.All(failures, failure =>
        {
            Assert.Equal((LogLevel.Warning, 3), (failure.Level, failure.Id.Id));
            Assert.Equal((FailureKind.Ceiling, "frames"), (failure.Values["Kind"], failure.Values["Pool"]));
        });
        Assert.False(pool.TryAllocate(new MemoryRequest(9 << 20), out _, out AllocationFailure? failed));
        Assert.Equal(
            (failed.Reason, failed.Limit, failed.Remedy),
            (failures[0].Values["Reason"], failures[0].Values["Limit"], failures[0].Values["Remedy"]));
        Assert.Contains(failed.ToString(), failures[0].Text, StringComparison.Ordinal);
        Assert.False(pool.TryAllocate(new MemoryRequest(1000) { Caching = Caching.Uncached }, out _, out failed));
        LogEntry other = _log.Named("AllocationFailed")[^1];
        Assert.Equal((failed.Kind, 1L), (other.Values["Kind"], other.Values["Count"]));
    }

    [Fact]
    public void Forgotten_blocks_are_logged_when_the_host_is_disposed_with_who_allocated_them()
    {
        using (IHost host = Build(options => Hosts.Plain(options) with { AllocationStacks = true })) Forget(Pool(host));
        LogEntry left = Assert.Single(_log.Named("LeftBehind"));
        Assert.Equal((LogLevel.Warning, 5), (left.Level, left.Id.Id));
        Assert.Equal((1L, 100_000UL), (left.Values["Blocks"], left.Values["Bytes"]));
        Assert.Contains($"   at {typeof(LogTests)}.{nameof(Forget)}", left.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("AllocationStacks", left.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Loggers_that_the_pool_was_the_first_to_ask_for_go_after_it()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        // The container disposes of what it made, and this log refuses what comes after that.
        services.AddSingleton<ILoggerProvider>(_ => _log);
        services.AddNonpagedPool("frames", Hosts.Plain);
        using (ServiceProvider provider = services.BuildServiceProvider())
            Forget(provider.GetRequiredKeyedService<NonpagedPool>("frames"));
        Assert.Single(_log.Named("LeftBehind"));
        ILogger logger = _log.CreateLogger("Nonpaged");
        Assert.Throws<ObjectDisposedException>(() => logger.Log(LogLevel.Error, 1, "", null, (_, _) => ""));
    }

    [Fact]
    public void Of_many_forgotten_blocks_some_are_logged_with_their_owners_and_what_tells_more()
    {
        using (IHost host = Build(Hosts.Plain))
        {
            for (int i = 0; i < 12; i++) Pool(host).Allocate(new MemoryRequest(4096) { Owner = $"frame {i}", WholePages = true });
        }

        LogEntry left = Assert.Single(_log.Named("LeftBehind"));
        Assert.Contains("disposed with 12 blocks of 49152 bytes in use.", left.Text, StringComparison.Ordinal);
        Assert.Equal(10, left.Text.Split("4096 bytes (frame ").Length - 1);
        Assert.Contains("NonpagedPoolOptions.AllocationStacks", left.Text, StringComparison.Ordinal);
        Assert.EndsWith("and others", left.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pin_that_is_lost_is_an_error()
    {
        using IHost host = Build(options => Hosts.Plain(options) with { Pins = [PinKind.Pipe] });
        NonpagedPool pool = Pool(host);
        HashSet<string> before = [.. Pipes()];
        using MemoryBlock block = pool.Allocate(new MemoryRequest(4096) { Pin = PinDemand.Any, WholePages = true });
        Drain(Pipes().First(path => !before.Contains(path)));
        LostPin lost = Assert.Single(pool.CheckPins());
        LogEntry error = Assert.Single(_log.Named("PinLost"));
        Assert.Equal((LogLevel.Error, 6), (error.Level, error.Id.Id));
        Assert.Contains(lost.ToString(), error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Corrupted_memory_is_critical_and_the_call_that_found_it_goes_on()
    {
        using IHost host = Build(options => Hosts.Plain(options) with { Verify = true, Guard = true });
        MemoryBlock block = Pool(host).Allocate(new MemoryRequest(100) { Owner = "the receive ring" });
        ((byte*)block.Address)[100] = 1;
        block.Dispose();
        LogEntry critical = Assert.Single(_log.Named("Corrupted"));
        Assert.Equal((LogLevel.Critical, 7), (critical.Level, critical.Id.Id));
        Assert.Contains("the receive ring", critical.Text, StringComparison.Ordinal);
    }

    private static NonpagedPool Pool(IHost host) => host.Services.GetRequiredKeyedService<NonpagedPool>("frames");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(NonpagedPool pool) => pool.Allocate(100_000);

    private static IEnumerable<string> Pipes() => Directory.GetFiles("/proc/self/fd")
        .Where(path => new FileInfo(path).LinkTarget?.StartsWith("pipe:", StringComparison.Ordinal) == true);

    // A pipe holds a MiB at most, and a read takes all that is there.
    private static void Drain(string path)
    {
        using var pipe = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        Assert.InRange(pipe.Read(new byte[2 << 20]), 4096, 1 << 20);
    }

    private IHost Build(Func<NonpagedPoolOptions, NonpagedPoolOptions> configure) =>
        Hosts.Build(_log, services => services.AddNonpagedPool("frames", configure));
}
