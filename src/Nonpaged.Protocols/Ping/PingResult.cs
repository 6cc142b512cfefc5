using System.Net;

namespace Nonpaged.Protocols;

/// <summary>What became of a series of echo requests.</summary>
/// <param name="Target">The address that they went to.</param>
/// <param name="Replies">One entry for each, in order.</param>
public sealed record PingResult(IPAddress Target, IReadOnlyList<PingReply> Replies)
{
    /// <summary>How many were sent.</summary>
    public int Sent => Replies.Count;

    /// <summary>How many were answered, with the right identifier, sequence number and payload.</summary>
    public int Received => Replies.Count(reply => reply.RoundTrip is not null);

    /// <summary>The shortest, mean and longest time to a reply; null where there was none.</summary>
    public (TimeSpan Shortest, TimeSpan Mean, TimeSpan Longest)? RoundTrips
    {
        get
        {
            TimeSpan[] times = Replies.Select(reply => reply.RoundTrip).OfType<TimeSpan>().ToArray();
            return times.Length == 0 ? null
                : (times.Min(), TimeSpan.FromTicks((long)times.Average(time => time.Ticks)), times.Max());
        }
    }
}
