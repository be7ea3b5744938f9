using System.Globalization;

namespace NodeManager.Kubernetes.Models;

public class ObjectMeta
{
    private Rest? _rest;
    private CompactTime _creationTimestamp;
    private long _version;

    public string Name { get; set; } = "";

    public string? GenerateName
    {
        get => _rest?.GenerateName;
        set => Set(value is null)?.GenerateName = value;
    }

    public string? Namespace { get; set; }

    public string? Uid { get; set; }

    /// <summary>A number is stored as such: caches have a version for each object, and hardly ever read it.</summary>
    public string? ResourceVersion
    {
        get => _version > 0 ? _version.ToString(CultureInfo.InvariantCulture) : _rest?.ResourceVersion;
        set
        {
            _version = Number(value);
            string? other = _version > 0 ? null : value;
            Set(other is null)?.ResourceVersion = other;
        }
    }

    public long? Generation
    {
        get => _rest?.Generation;
        set => Set(value is null)?.Generation = value;
    }

    public DateTimeOffset? CreationTimestamp
    {
        get => _creationTimestamp;
        set => _creationTimestamp = value;
    }

    public DateTimeOffset? DeletionTimestamp
    {
        get => _rest?.DeletionTimestamp;
        set => Set(value is null)?.DeletionTimestamp = value;
    }

    public long? DeletionGracePeriodSeconds
    {
        get => _rest?.DeletionGracePeriodSeconds;
        set => Set(value is null)?.DeletionGracePeriodSeconds = value;
    }

    public Dictionary<string, string>? Labels { get; set; }

    public Dictionary<string, string>? Annotations { get; set; }

    public List<OwnerReference>? OwnerReferences { get; set; }

    public List<string>? Finalizers
    {
        get => _rest?.Finalizers;
        set => Set(value is null)?.Finalizers = value;
    }

    // 0 for what is not written as the number is.
    private static long Number(string? text) =>
        text is { Length: > 0 } && text[0] != '0' && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : 0;

    private Rest? Set(bool isNull) => isNull ? _rest : _rest ??= new();

    // Rarely used fields, which saves memory with tens of thousands of objects.
    private sealed class Rest
    {
        public string? GenerateName { get; set; }

        public long? Generation { get; set; }

        public DateTimeOffset? DeletionTimestamp { get; set; }

        public long? DeletionGracePeriodSeconds { get; set; }

        public List<string>? Finalizers { get; set; }

        public string? ResourceVersion { get; set; }
    }
}

public sealed class OwnerReference
{
    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public string Name { get; set; } = "";

    public string Uid { get; set; } = "";

    public bool? Controller { get; set; }

    public bool? BlockOwnerDeletion { get; set; }
}
