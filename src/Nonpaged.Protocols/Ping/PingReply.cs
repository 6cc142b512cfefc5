namespace Nonpaged.Protocols;

/// <summary>What became of one echo request.</summary>
/// <param name="Sequence">Its sequence number, from 1.</param>
/// <param name="RoundTrip">The time to the reply, or null where none came within five seconds.</param>
public readonly record struct PingReply(int Sequence, TimeSpan? RoundTrip);
