namespace Nonpaged.Ndis;

/// <summary>A timer that is set and has not run out.</summary>
internal sealed class ArmedTimer(CallContext context, string call, TimeSpan period, Action expired)
{
    /// <summary>Who set it.</summary>
    public CallContext Context { get; } = context;

    /// <summary>The call that set it.</summary>
    public string Call { get; } = call;

    /// <summary>How long after it ran out it does so again; zero for a timer that does so once.</summary>
    public TimeSpan Period { get; } = period;

    /// <summary>What happens when it runs out.</summary>
    public Action Expired { get; } = expired;

    /// <summary>What the DPC thread runs at that time.</summary>
    public Action Due { get; set; } = expired;
}
