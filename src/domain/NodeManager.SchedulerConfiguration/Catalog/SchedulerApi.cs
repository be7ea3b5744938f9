using System.Globalization;
using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>A version of the scheduler's configuration API, and the Kubernetes 1.x releases that read it.</summary>
/// <param name="Name"><c>v1beta1</c>, …</param>
/// <param name="Since">The first minor version.</param>
/// <param name="Until">The last one.</param>
public sealed record SchedulerApi(string Name, int Since, int Until)
{
    /// <summary>The newest minor version in this catalog.</summary>
    public const int NewestMinor = 36;

    public static SchedulerApi V1Beta1 { get; } = new("v1beta1", 19, 22);

    public static SchedulerApi V1Beta2 { get; } = new("v1beta2", 22, 27);

    public static SchedulerApi V1Beta3 { get; } = new("v1beta3", 23, 28);

    public static SchedulerApi V1 { get; } = new("v1", 25, int.MaxValue);

    public static IReadOnlyList<SchedulerApi> All { get; } = [V1Beta1, V1Beta2, V1Beta3, V1];

    public bool HasMultiPoint => this == V1Beta3 || this == V1;

    /// <summary>True if enabling a default plugin again overrides its weight in its place; v1beta1 refuses that.</summary>
    public bool OverridesDefaults => this != V1Beta1;

    /// <summary>The assumed release of an unknown scheduler: the newest that reads this version.</summary>
    public int AssumedMinor => this == V1Beta1 ? 20 : Math.Min(Until, NewestMinor);

    /// <summary>The version of a document's <c>apiVersion</c>, or null.</summary>
    public static SchedulerApi? Of(SchedulerDocument document) =>
        All.FirstOrDefault(api => document.ApiVersion == $"{SchedulerDocument.Group}/{api.Name}");

    public bool IsReadBy(int minor) => minor >= Since && minor <= Until;

    /// <summary>The minor version in <c>v1.36.2</c>, <c>Kubernetes v1.20.2</c> or an image's tag; null without one.</summary>
    public static int? MinorOf(string text)
    {
        var start = text.LastIndexOf("v1.", StringComparison.Ordinal);
        if (start < 0)
            return null;
        var digits = new string([.. text.AsSpan(start + 3).ToArray().TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var minor) ? minor : null;
    }

    /// <summary>
    /// The minor version of a scheduler image, from its tag. The public plugins' images (<c>scheduler-plugins/kube-scheduler:v0.28.9</c>)
    /// are numbered as the client libraries: v0.28 is Kubernetes 1.28.
    /// </summary>
    public static int? MinorOfImage(string image)
    {
        var tag = image.Contains("scheduler-plugins/", StringComparison.Ordinal)
            ? image.Replace(":v0.", ":v1.", StringComparison.Ordinal)
            : image;
        return MinorOf(tag);
    }

    /// <summary>True for Kubernetes' own image, in any registry: <c>registry.k8s.io/kube-scheduler:v1.36.2</c>.</summary>
    public static bool IsStockImage(string image) =>
        IsSchedulerImage(image) && !image.Contains("scheduler-plugins/", StringComparison.Ordinal);

    /// <summary>True for Kubernetes' own image and builds of it, such as the public plugins' image: all are named kube-scheduler.</summary>
    public static bool IsSchedulerImage(string image)
    {
        var name = image.Split('@')[0];
        var tag = name.LastIndexOf(':');
        if (tag > name.LastIndexOf('/'))
            name = name[..tag];
        return name.Split('/')[^1] == "kube-scheduler";
    }

    /// <summary>Parses a release: <c>1.36</c>, <c>v1.36.2</c> or an image with such a tag.</summary>
    /// <exception cref="NodeManagerException">The text is not a release of Kubernetes.</exception>
    public static int ParseRelease(string text) =>
        MinorOf(text.StartsWith("1.", StringComparison.Ordinal) ? "v" + text : text)
        ?? throw new NodeManagerException(
            ErrorIds.SchedulerReleaseInvalid,
            ErrorKind.InvalidArgument,
            $"'{text}' is not a release of Kubernetes.",
            text,
            "Specify 1.36, v1.36.2 or an image with such a tag."
        );

    public override string ToString() => Name;
}
