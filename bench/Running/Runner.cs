namespace NodeManager.Bench.Running;

/// <summary>Runs the contenders of a work in turn: each round has each once, so that what else the machine does meets all alike.</summary>
internal static class Runner
{
    /// <param name="step">Whose contenders run.</param>
    /// <param name="rounds">That are measured.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>For each work what was measured, also where it failed or was cancelled.</returns>
    public static async Task<IReadOnlyList<Result>> RunAsync(Step step, int rounds, CancellationToken cancellationToken)
    {
        if (step.During is not { } during)
            return [await RunAsync(step.Works[0], rounds, cancellationToken)];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task meanwhile = during(stop.Token);
        Result[] results = await Task.WhenAll(step.Works.Select(work => RunAtOnceAsync(work, cancellationToken)));
        await stop.CancelAsync();
        await meanwhile.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Without the changes there was nothing to measure.
        return meanwhile.IsFaulted
            ? [.. results.Select(result => result with { Failure = result.Failure ?? meanwhile.Exception!.InnerException!.Message })]
            : results;
    }

    private static async Task<Result> RunAsync(Work work, int rounds, CancellationToken cancellationToken)
    {
        var samples = work.Contenders.ToDictionary(static one => one.Name, static _ => new List<Sample>());
        string? failure = null;
        try
        {
            for (int round = work.IsWarmed ? 0 : 1; round <= rounds; round++)
            {
                foreach (Contender contender in work.Contenders)
                {
                    // What takes minutes is not done for nothing.
                    bool counts = round > 0;
                    if (samples[contender.Name].Count >= contender.Samples || (!counts && contender.Samples < rounds))
                        continue;
                    Sample sample = await SampleAsync(work, contender, counts, cancellationToken);
                    if (counts)
                        samples[contender.Name].Add(sample);
                }
            }
        }
        catch (Exception exception)
        {
            failure = await FailureAsync(work, exception, cancellationToken);
        }

        try
        {
            if (work.FinishAsync is { } finish)
                await finish(cancellationToken);
        }
        catch (Exception exception)
        {
            failure ??= await FailureAsync(work, exception, cancellationToken);
        }

        return Of(work, samples, failure);
    }

    // One sample of each contender, all at the same time.
    private static async Task<Result> RunAtOnceAsync(Work work, CancellationToken cancellationToken)
    {
        var samples = work.Contenders.ToDictionary(static one => one.Name, static _ => new List<Sample>());
        string? failure = null;
        try
        {
            await Task.WhenAll(
                work.Contenders.Select(async contender =>
                    samples[contender.Name].Add(await SampleAsync(work, contender, counts: true, cancellationToken))
                )
            );
        }
        catch (Exception exception)
        {
            failure = await FailureAsync(work, exception, cancellationToken);
        }

        return Of(work, samples, failure);
    }

    private static async Task<Sample> SampleAsync(Work work, Contender contender, bool counts, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(contender.Longest);
        if (contender.PrepareAsync is { } prepare)
            await prepare(limit.Token);
        Sample sample = await contender.RunAsync(limit.Token);
        await Console.Error.WriteLineAsync(
            $"{work.Name, -16} {contender.Name, -48} {Format.Milliseconds(sample.Milliseconds), 12}{(counts ? "" : "  (not counted)")}"
        );
        return sample;
    }

    private static async Task<string> FailureAsync(Work work, Exception exception, CancellationToken cancellationToken)
    {
        string failure =
            cancellationToken.IsCancellationRequested ? "The run was interrupted."
            : exception is OperationCanceledException ? "A sample took too long."
            : exception.Message;
        await Console.Error.WriteLineAsync($"{work.Name, -16} FAILED: {failure}");
        return failure;
    }

    private static Result Of(Work work, Dictionary<string, List<Sample>> samples, string? failure) =>
        new(work, samples.ToDictionary(static one => one.Key, static one => (IReadOnlyList<Sample>)one.Value)) { Failure = failure };
}
