namespace NodeManager.Sandbox.Api;

/// <summary>What form an answer may have.</summary>
internal static class Negotiation
{
    /// <summary>The first of the forms that the client names and the API has: with it, the version of meta.k8s.io. Null where there is none.</summary>
    public static (Representation Shape, string Version)? Choose(string accept)
    {
        if (accept.Length == 0) return (Representation.Whole, "");
        foreach (string clause in accept.Split(','))
        {
            if (RequestBody.MediaType(clause) is not ("application/json" or "*/*" or "application/*")) continue;
            if (Read(clause) is { } found) return found;
        }

        return null;
    }

    private static (Representation Shape, string Version)? Read(string clause)
    {
        string shape = "", version = "", group = "";
        foreach (string parameter in clause.Split(';').Skip(1))
        {
            string[] parts = parameter.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts is not [var key, var value]) continue;
            if (key == "as") shape = value;
            else if (key == "v") version = value;
            else if (key == "g") group = value;
        }

        return shape switch
        {
            "" => (Representation.Whole, ""),
            _ when group != "meta.k8s.io" || version is not ("v1" or "v1beta1") => null,
            "Table" => (Representation.Table, version),
            "PartialObjectMetadata" or "PartialObjectMetadataList" => (Representation.Metadata, version),
            _ => null,
        };
    }
}
