namespace Nonpaged.Ndis;

/// <summary>What WrapperConfigurationContext stands for, while MiniportInitialize runs.</summary>
internal sealed record ConfigurationContext(ParameterStore Parameters);
