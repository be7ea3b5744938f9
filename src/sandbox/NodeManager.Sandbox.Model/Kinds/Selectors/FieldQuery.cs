using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Model.Kinds.Selectors;

/// <summary>A field selector of a kind: <c>spec.nodeName=a,status.phase!=Running</c>.</summary>
internal sealed class FieldQuery
{
    private readonly Term[] _terms;

    private FieldQuery(Term[] terms) => _terms = terms;

    public static FieldQuery Everything { get; } = new([]);

    public bool IsEmpty => _terms.Length == 0;

    /// <summary>The required <c>metadata.name</c>; null for none.</summary>
    public string? Name => _terms.FirstOrDefault(static term => term is { Index: Term.Name, IsEqual: true }).Value;

    /// <summary>The required value of the indexed field; null for none.</summary>
    public (string Path, string Value)? Indexed(ResourceKind kind)
    {
        foreach (Term term in _terms)
            if (term.IsEqual && term.Index >= 0 && kind.SelectableFields[term.Index].IsIndexed)
                return (kind.SelectableFields[term.Index].Path, term.Value);
        return null;
    }

    public static FieldQuery Parse(ResourceKind kind, string? text)
    {
        if (string.IsNullOrEmpty(text))
            return Everything;
        var terms = new List<Term>();
        foreach (string part in Split(text))
        {
            if (part.Length == 0)
                continue;
            (string path, bool isEqual, string value) = ReadTerm(part, text);
            int index = path switch
            {
                "metadata.name" => Term.Name,
                "metadata.namespace" when kind.IsNamespaced => Term.Namespace,
                _ => kind.IndexOfField(path),
            };
            if (index == -1)
                throw StatusErrors.BadRequest(Unsupported(kind, path));
            terms.Add(new(index, isEqual, value));
        }

        return new([.. terms]);
    }

    /// <summary>The required name, whatever the kind: RBAC treats a list of one name as a request for that name.</summary>
    /// <returns>Empty if there is none, or the selector is invalid.</returns>
    public static string NameOf(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        try
        {
            foreach (string part in Split(text))
                if (part.Length > 0 && ReadTerm(part, text) is { Path: "metadata.name", IsEqual: true, Value: var name })
                    return name;
            return "";
        }
        catch (ApiException)
        {
            // Invalid selectors are refused after authorization.
            return "";
        }
    }

    public bool Matches(StoredObject item)
    {
        foreach (Term term in _terms)
        {
            string actual = term.Index switch
            {
                Term.Name => item.Name,
                Term.Namespace => item.Namespace,
                _ => item.Field(term.Index),
            };
            if (actual == term.Value != term.IsEqual)
                return false;
        }

        return true;
    }

    // Kinds with own selectable fields have another message.
    private static string Unsupported(ResourceKind kind, string path) =>
        kind.SelectableFields.Length > 0
            ? $"field label not supported: {path}"
            : $"\"{path}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"";

    private static (string Path, bool IsEqual, string Value) ReadTerm(string part, string whole)
    {
        for (int i = 0; i < part.Length; i++)
        {
            if (part[i] == '\\')
                i++;
            else if (part.AsSpan(i).StartsWith("!="))
                return (part[..i], false, Unescape(part[(i + 2)..]));
            else if (part.AsSpan(i).StartsWith("=="))
                return (part[..i], true, Unescape(part[(i + 2)..]));
            else if (part[i] == '=')
                return (part[..i], true, Unescape(part[(i + 1)..]));
        }

        throw StatusErrors.BadRequest($"invalid selector: '{whole}'; can't understand '{part}'");
    }

    private static IEnumerable<string> Split(string text)
    {
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == ',')
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    private static string Unescape(string value) =>
        value.Contains('\\', StringComparison.Ordinal)
            ? value
                .Replace("\\,", ",", StringComparison.Ordinal)
                .Replace("\\=", "=", StringComparison.Ordinal)
                .Replace("\\\\", "\\", StringComparison.Ordinal)
            : value;

    private readonly record struct Term(int Index, bool IsEqual, string Value)
    {
        public const int Name = -2;
        public const int Namespace = -3;
    }
}
