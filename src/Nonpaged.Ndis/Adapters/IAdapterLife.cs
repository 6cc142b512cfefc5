namespace Nonpaged.Ndis;

/// <summary>What an adapter's parts know of its life, and how they end it.</summary>
internal interface IAdapterLife
{
    AdapterState State { get; }

    /// <summary>A halt was asked for, and may not have begun.</summary>
    bool IsHaltAsked { get; }

    /// <summary>A reset begins, or is over.</summary>
    void SetResetting(bool isUnderWay);

    /// <inheritdoc cref="Adapter.Halt"/>
    void Halt();

    /// <summary>As <see cref="Halt"/>, without waiting.</summary>
    void RemoveLater();
}
