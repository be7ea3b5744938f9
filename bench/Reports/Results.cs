using System.Globalization;
using System.Text.Json;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Reports;

/// <summary>Writes a run: the report, its plots and all samples.</summary>
internal static class Results
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <returns>The path of the report.</returns>
    public static async Task<string> WriteAsync(string folder, int serverMinor, string command, IReadOnlyList<Result> results)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd-HHmm}-1.{serverMinor}"), assets = Path.Combine(folder, name);
        Directory.CreateDirectory(assets);
        Dictionary<string, string> plots = [];
        foreach (Result result in results)
        {
            plots[result.Work.Name] = $"{name}/{result.Work.Name}.svg";
            await File.WriteAllTextAsync(Path.Combine(assets, result.Work.Name + ".svg"), BarPlot.Write(result));
        }

        string setting = Machine.Describe(serverMinor);
        var samples = results.ToDictionary(static one => one.Work.Name, static one => one.Samples);
        await File.WriteAllTextAsync(Path.Combine(assets, "samples.json"), JsonSerializer.Serialize(new { setting, command, samples }, Json));
        string report = Path.Combine(folder, name + ".md");
        await File.WriteAllTextAsync(report, MarkdownReport.Write(setting, command, results, plots));
        return report;
    }
}
