using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Nonpaged.Hosting;

/// <summary>A pool among a program's services: how it is made.</summary>
/// <param name="name">Its key; null for that without one.</param>
internal sealed class PoolRegistration(string? name)
{
    private readonly List<Func<IServiceProvider, NonpagedPoolOptions, NonpagedPoolOptions>> _steps = [];

    public string? Name => name;

    /// <summary>That of a name; where there is none yet, the pool is added.</summary>
    public static PoolRegistration Of(IServiceCollection services, string? name)
    {
        foreach (ServiceDescriptor service in services)
        {
            // The others throw where they are asked for their instance.
            if (!service.IsKeyedService && service.ImplementationInstance is PoolRegistration known && known.Name == name)
                return known;
        }

        var added = new PoolRegistration(name);
        services.AddSingleton(added);
        if (name is null) services.AddSingleton<NonpagedPool>(added.Make);
        else services.AddKeyedSingleton<NonpagedPool>(name, (provider, _) => added.Make(provider));
        return added;
    }

    /// <summary>Changes the options further.</summary>
    public void Configure(Func<IServiceProvider, NonpagedPoolOptions, NonpagedPoolOptions> step) => _steps.Add(step);

    /// <summary>The pool, made where it is not yet.</summary>
    public NonpagedPool Pool(IServiceProvider services) => name is null
        ? services.GetRequiredService<NonpagedPool>()
        : services.GetRequiredKeyedService<NonpagedPool>(name);

    private NonpagedPool Make(IServiceProvider services)
    {
        NonpagedPoolOptions options = name is null ? new NonpagedPoolOptions() : new NonpagedPoolOptions { Name = name };
        foreach (Func<IServiceProvider, NonpagedPoolOptions, NonpagedPoolOptions> step in _steps)
        {
            options = step(services, options)
                ?? throw new InvalidOperationException($"What configures the pool \"{options.Name}\" gave no options.");
        }

        // Made while the pool is, loggers are there before it, and go after it: a container disposes in the reverse order.
        ILogger logger = services.GetService<ILoggerFactory>()?.CreateLogger(PoolLog.Category) ?? NullLogger.Instance;
        var pool = NonpagedPool.Create(options);
        new PoolLog(logger, pool).Attach();
        return pool;
    }
}
