namespace NodeManager.Bench.Running;

/// <summary>Runs the contenders of a work in turn: each round has each once, so that what else the machine does meets all alike.</summary>
internal static class Runner
{
    /// <param name="work">Whose contenders run.</param>
    /// <param name="rounds">That are measured. One more comes before them, and does not count: caches fill, code is compiled.</param>
    /// <param name="cancellationToken">Ends it after the current sample.</param>
    public static async Task<Result> RunAsync(Work work, int rounds, CancellationToken cancellationToken)
    {
        var samples = work.Contenders.ToDictionary(static one => one.Name, static _ => new List<Sample>());
        for (int round = 0; round <= rounds; round++)
        {
            foreach (Contender contender in work.Contenders)
            {
                // What takes minutes is not done for nothing.
                bool counts = round > 0;
                if (samples[contender.Name].Count >= contender.Samples || (!counts && contender.Samples < rounds)) continue;
                if (contender.PrepareAsync is { } prepare) await prepare(cancellationToken);
                Sample sample = await contender.RunAsync(cancellationToken);
                await Console.Error.WriteLineAsync($"{work.Name,-12} {contender.Name,-48} {Format.Milliseconds(sample.Milliseconds),12}{(counts ? "" : "  (not counted)")}");
                if (counts) samples[contender.Name].Add(sample);
            }
        }

        if (work.FinishAsync is { } finish) await finish(cancellationToken);
        return new(work, samples.ToDictionary(static one => one.Key, static one => (IReadOnlyList<Sample>)one.Value));
    }
}
