using System.Globalization;
using System.Text.Json;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Reports;

/// <summary>Writes a run again after each of its works: the report, its plots and all samples. What ends early keeps what it has measured.</summary>
/// <param name="folder">Of all reports.</param>
/// <param name="machine">What it is measured with.</param>
/// <param name="command">That repeats it.</param>
internal sealed class Results(string folder, Machine machine, string command)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly string _name = string.Create(
        CultureInfo.InvariantCulture,
        $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd-HHmm}-{machine.ServerVersion}"
    );
    private readonly List<Result> _results = [];
    private readonly List<string> _failures = [];
    private string? _micro;

    /// <summary>Where plots and samples go.</summary>
    public string Assets => Path.Combine(folder, _name);

    public string Report => Path.Combine(folder, _name + ".md");

    public bool IsEmpty => _results.Count == 0 && _failures.Count == 0 && _micro is null;

    public bool HasFailed => _failures.Count > 0 || _results.Exists(static one => one.Failure is not null);

    /// <summary>What failed apart from a work: the start of a cluster.</summary>
    public async Task AddAsync(string failure)
    {
        _failures.Add(failure);
        await Console.Error.WriteLineAsync("FAILED: " + failure);
        await WriteAsync();
    }

    public async Task AddAsync(IReadOnlyList<Result> results)
    {
        _results.AddRange(results);
        Directory.CreateDirectory(Assets);
        foreach (Result result in results.Where(static one => one.Samples.Values.Any(static samples => samples.Count > 0)))
            await File.WriteAllTextAsync(Path.Combine(Assets, result.Work.Name + ".svg"), BarPlot.Write(result));
        foreach (Result result in results)
        foreach ((string contender, IReadOnlyList<Sample> samples) in result.Samples)
            if (samples.Count > 0 && samples[^1].Course is { Count: > 1 } course)
                await File.WriteAllTextAsync(Path.Combine(Assets, result.Work.Name + "-course.svg"), CoursePlot.Write(contender, course));
        await WriteAsync();
    }

    /// <summary>The benchmarks of single functions: their table, or why there is none.</summary>
    public async Task AddMicroAsync((string? Table, string? Failure) micro)
    {
        _micro = micro.Table;
        if (micro.Failure is not null)
            await AddAsync(micro.Failure);
        else
            await WriteAsync();
    }

    private async Task WriteAsync()
    {
        Directory.CreateDirectory(Assets);
        string setting = machine.Describe();
        var works = _results.Select(static one => new
        {
            one.Work.Name,
            one.Work.What,
            one.Failure,
            one.Samples,
        });
        await File.WriteAllTextAsync(
            Path.Combine(Assets, "samples.json"),
            JsonSerializer.Serialize(
                new
                {
                    setting,
                    command,
                    works,
                },
                Json
            ) + Environment.NewLine
        );
        await File.WriteAllTextAsync(Report, MarkdownReport.Write(setting, command, _results, _failures, _micro, _name));
    }
}
