using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Nonpaged.Hosting.Tests;

/// <summary>A provider of loggers that keeps what is logged until it is disposed, and refuses anything after that.</summary>
internal sealed class KeptLog : ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> _entries = [];
    private bool _isDisposed;

    /// <summary>What pools logged, in its order.</summary>
    public LogEntry[] OfPools => [.. _entries.Where(entry => entry.Category == "Nonpaged")];

    /// <summary>Of that, what has a name.</summary>
    public LogEntry[] Named(string name) => [.. OfPools.Where(entry => entry.Id.Name == name)];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose() => _isDisposed = true;

    private sealed class Logger(KeptLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            ObjectDisposedException.ThrowIf(log._isDisposed, log);
            Dictionary<string, object?> values = state is IEnumerable<KeyValuePair<string, object?>> pairs
                ? new Dictionary<string, object?>(pairs)
                : [];
            log._entries.Enqueue(new LogEntry(category, logLevel, eventId, formatter(state, exception), values));
        }
    }
}
