using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Nonpaged.Hosting.Tests;

/// <summary>Hosts as programs make them.</summary>
internal static class Hosts
{
    /// <summary>A host with these services, whose log is kept.</summary>
    public static IHost Build(KeptLog log, Action<IServiceCollection> add)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        add(builder.Services);
        return builder.Build();
    }

    /// <summary>Options that do not depend on what the machine has.</summary>
    public static NonpagedPoolOptions Plain(NonpagedPoolOptions options) =>
        options with { Ladder = [MemoryRung.SmallPages], Ceiling = 8 << 20 };
}
