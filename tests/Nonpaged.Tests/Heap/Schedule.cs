namespace Nonpaged.Tests.Heap;

/// <summary>
/// Runs threads one at a time. Wherever the heap comes to a lock, or to a step without one, the thread that goes on is chosen: by
/// a prefix of choices that is given, and behind it the same thread for as long as it can. What else could have been chosen is
/// kept, for <see cref="Explorer"/>.
/// </summary>
internal sealed class Schedule(IReadOnlyList<int> prefix, int preemptions) : HeapHook, IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    [ThreadStatic]
    private static Worker? t_worker;

    private readonly List<(int Chosen, int Options)> _choices = [];
    private readonly SemaphoreSlim _stopped = new(0);
    private Worker[] _workers = [];
    private int _preemptions;

    /// <summary>At each point where more than one thread could go on: which did, and how many could have.</summary>
    public IReadOnlyList<(int Chosen, int Options)> Choices => _choices;

    public int Points { get; private set; }

    /// <summary>For a thread of the schedule: goes on when something holds.</summary>
    public static void Until(Func<bool> condition)
    {
        Worker worker = t_worker ?? throw new InvalidOperationException("Not a thread of a schedule.");
        worker.Condition = condition;
        worker.Stop();
        worker.Condition = null;
    }

    /// <summary>
    /// Runs all to their end. A thread that ends has ended, for <see cref="Thread.IsAlive"/> too, before another goes on.
    /// </summary>
    public void Run(IEnumerable<Action> bodies)
    {
        _workers = [.. bodies.Select((body, number) => new Worker(body, number, _stopped))];
        Installed = this;
        try
        {
            Worker? last = null;
            while (_workers.Any(worker => !worker.HasEnded))
            {
                last = Choose(last);
                last.Go(s_patience);
                if (last.Error is { } error) throw new InvalidOperationException(error.ToString());
            }
        }
        finally
        {
            Installed = null;
        }
    }

    public void Dispose()
    {
        _stopped.Dispose();
        foreach (Worker worker in _workers.Where(worker => worker.HasEnded)) worker.Dispose();
    }

    // So that the same choices come to the same place, wherever the kernel runs the threads.
    protected override int Number => t_worker?.Number ?? 0;

    protected override void Before(Lock? gate)
    {
        // Others, the test's own thread among them, are not held up.
        if (t_worker is not { } worker) return;
        worker.Gate = gate;
        worker.Stop();
        worker.Gate = null;
    }

    private Worker Choose(Worker? last)
    {
        Points++;
        bool canGoOn = last is not null && last.CanRun;
        List<Worker> options = [.. _workers.Where(worker => worker != last && worker.CanRun)];
        if (canGoOn && _preemptions == preemptions) options.Clear();
        if (canGoOn) options.Insert(0, last!);
        if (options.Count == 0) throw new InvalidOperationException("No thread can go on: a deadlock.");
        if (options.Count == 1) return options[0];
        int chosen = _choices.Count < prefix.Count ? prefix[_choices.Count] : 0;
        if (chosen >= options.Count)
            throw new InvalidOperationException("The same choices came to another place: something is not under control.");
        _choices.Add((chosen, options.Count));
        if (canGoOn && chosen > 0) _preemptions++;
        return options[chosen];
    }

    private sealed class Worker : IDisposable
    {
        private readonly SemaphoreSlim _go = new(0);
        private readonly SemaphoreSlim _stopped;
        private readonly Thread _thread;
        private bool _isDone;

        public Worker(Action body, int number, SemaphoreSlim stopped)
        {
            Number = number;
            _stopped = stopped;
            _thread = new Thread(() => Run(body)) { IsBackground = true };
            _thread.Start();
        }

        public int Number { get; }

        public Lock? Gate { get; set; }

        public Func<bool>? Condition { get; set; }

        public Exception? Error { get; private set; }

        public bool HasEnded { get; private set; }

        public bool CanRun => !HasEnded && IsFree(Gate) && Condition?.Invoke() != false;

        public void Stop()
        {
            _stopped.Release();
            _go.Wait();
        }

        public void Go(TimeSpan patience)
        {
            _go.Release();
            if (!_stopped.Wait(patience))
                throw new InvalidOperationException("A thread waits for another, at a place that is not under control.");
            if (!_isDone) return;
            _thread.Join();
            HasEnded = true;
        }

        public void Dispose() => _go.Dispose();

        // The one who asks holds none of them.
        private static bool IsFree(Lock? gate)
        {
            if (gate is null) return true;
            if (!gate.TryEnter()) return false;
            gate.Exit();
            return true;
        }

        private void Run(Action body)
        {
            _go.Wait();
            t_worker = this;
            try
            {
                body();
            }
            catch (Exception exception)
            {
                Error = exception;
            }

            t_worker = null;
            _isDone = true;
            _stopped.Release();
        }
    }
}
