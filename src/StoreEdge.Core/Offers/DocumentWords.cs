namespace StoreEdge.Core.Offers;

/// <summary>The words of the documents: camel case, as their schemas have them.</summary>
public static class DocumentWords
{
    /// <summary>The word as a document writes it.</summary>
    public static string Of<T>(T word) where T : struct, Enum => DocumentReader.Camel(word);
}
