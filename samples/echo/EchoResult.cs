namespace Echo;

/// <summary>What came back.</summary>
/// <param name="Messages">How many messages, those of the start included. All of them were right.</param>
/// <param name="Speed">In millions of bytes a second, each byte counted once.</param>
internal readonly record struct EchoResult(long Messages, double Speed);
