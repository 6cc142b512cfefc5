namespace DirectReads;

/// <summary>What one measurement gave.</summary>
/// <param name="Reads">How many blocks were read.</param>
/// <param name="Time">From the first read's start to the last one's end.</param>
/// <param name="Processors">Time on processors in this program and in the kernel on its behalf.</param>
internal readonly record struct Sample(long Reads, TimeSpan Time, TimeSpan Processors);
