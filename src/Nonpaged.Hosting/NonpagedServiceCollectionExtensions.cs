using Nonpaged;
using Nonpaged.Hosting;

// Where programs look for such methods, and mostly without a using.
namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds pools of resident, pinned memory to the services of a program.</summary>
/// <remarks>
/// A pool is a singleton: made when a service first asks for it, or when the host starts
/// (<see cref="NonpagedPoolBuilder.ReserveAtStart(long)"/>), and disposed with the container, after the services that were given
/// it. What goes wrong in it is logged in the category "Nonpaged" where there are loggers. A pool that is added again is the same
/// one: what was configured before is configured further. These methods are not thread-safe, as collections of services are not;
/// pools are.
/// </remarks>
public static class NonpagedServiceCollectionExtensions
{
    /// <summary>Adds the pool that services get as a <see cref="NonpagedPool"/>.</summary>
    /// <param name="services">Where it is added.</param>
    /// <param name="configure">Changes the options: <c>options => options with { Ceiling = 64 &lt;&lt; 20 }</c>.</param>
    /// <exception cref="ArgumentNullException">There are no services.</exception>
    public static NonpagedPoolBuilder AddNonpagedPool(
        this IServiceCollection services, Func<NonpagedPoolOptions, NonpagedPoolOptions>? configure = null) =>
        Add(services, null, WithoutServices(configure));

    /// <summary>Adds the pool that services get as a <see cref="NonpagedPool"/>.</summary>
    /// <param name="services">Where it is added.</param>
    /// <param name="configure">Changes the options, by what other services say; called when the pool is made.</param>
    /// <exception cref="ArgumentNullException">There are no services, or nothing configures.</exception>
    public static NonpagedPoolBuilder AddNonpagedPool(
        this IServiceCollection services, Func<IServiceProvider, NonpagedPoolOptions, NonpagedPoolOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, null, configure);
    }

    /// <summary>
    /// Adds a pool that services get by its name, as with <see cref="FromKeyedServicesAttribute"/>.
    /// </summary>
    /// <param name="services">Where it is added.</param>
    /// <param name="name">The key, and the pool's name in errors, metrics and logs.</param>
    /// <param name="configure">Changes the options: <c>options => options with { Ceiling = 64 &lt;&lt; 20 }</c>.</param>
    /// <exception cref="ArgumentNullException">There are no services, or no name.</exception>
    /// <exception cref="ArgumentException">The name is empty or white space.</exception>
    public static NonpagedPoolBuilder AddNonpagedPool(
        this IServiceCollection services, string name, Func<NonpagedPoolOptions, NonpagedPoolOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Add(services, name, WithoutServices(configure));
    }

    /// <summary>
    /// Adds a pool that services get by its name, as with <see cref="FromKeyedServicesAttribute"/>.
    /// </summary>
    /// <param name="services">Where it is added.</param>
    /// <param name="name">The key, and the pool's name in errors, metrics and logs.</param>
    /// <param name="configure">Changes the options, by what other services say; called when the pool is made.</param>
    /// <exception cref="ArgumentNullException">There are no services, or no name, or nothing configures.</exception>
    /// <exception cref="ArgumentException">The name is empty or white space.</exception>
    public static NonpagedPoolBuilder AddNonpagedPool(
        this IServiceCollection services, string name, Func<IServiceProvider, NonpagedPoolOptions, NonpagedPoolOptions> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, name, configure);
    }

    private static Func<IServiceProvider, NonpagedPoolOptions, NonpagedPoolOptions>? WithoutServices(
        Func<NonpagedPoolOptions, NonpagedPoolOptions>? configure) =>
        configure is null ? null : (_, options) => configure(options);

    private static NonpagedPoolBuilder Add(
        IServiceCollection services,
        string? name,
        Func<IServiceProvider, NonpagedPoolOptions, NonpagedPoolOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        var registration = PoolRegistration.Of(services, name);
        if (configure is not null) registration.Configure(configure);
        return new NonpagedPoolBuilder(services, registration);
    }
}
