package com.alphaheng.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.testing.ShippedModel;
import com.alphaheng.engine.tokenizer.Tokenizer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A turn computes what is new in it, not the conversation before it.
class ConversationTest {

    private static final Completion.Limits SHORT = new Completion.Limits(12, List.of(), false, false);

    private interface Talk {

        void with(Conversation conversation);
    }

    private static void talk(boolean thinking, Talk talk) {
        try (Engine engine = Engine.open(ShippedModel.directory(), EngineOptions.defaults());
             Tokenizer tokenizer = Tokenizer.load(ShippedModel.directory());
             Session session = engine.newSession(SessionOptions.greedy().withContext(512))) {
            ChatTemplate template = ChatTemplate.load(ShippedModel.directory());
            talk.with(new Conversation(session, tokenizer, template, SHORT, thinking));
        }
    }

    private static Completion say(Conversation conversation, String text) {
        return conversation.say(text, part -> { }, () -> false);
    }

    private static int reused(Completion completion) {
        return completion.promptTokens() - completion.computedTokens();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatATurnSharesWithTheLastIsNotComputedAgain(boolean thinking) {
        talk(thinking, conversation -> {
            conversation.system("Answer in Java. ".repeat(4));
            Completion first = say(conversation, "public static int max(int a, int b)");
            assertThat(first.computedTokens()).isEqualTo(first.promptTokens());
            Completion second = say(conversation, "again");
            Completion third = say(conversation, "and again");
            // All but the reply's own tokens, which the template may write differently (without the thoughts).
            assertThat(reused(second)).isGreaterThanOrEqualTo(first.promptTokens() - 1);
            assertThat(reused(third)).isGreaterThanOrEqualTo(second.promptTokens() - 1);
        });
    }

    @Test
    void aConversationTakenUpAgainSaysTheSame() {
        talk(false, conversation -> {
            say(conversation, "class A {");
            List<ChatMessage> before = conversation.messages();
            say(conversation, "class B {");
            ChatMessage reply = conversation.messages().getLast();
            conversation.resume("", before);
            Completion repeated = say(conversation, "class B {");
            assertThat(repeated.computedTokens()).isEqualTo(1);
            assertThat(conversation.messages().getLast()).isEqualTo(reply);
            conversation.reset();
            assertThat(conversation.messages()).isEmpty();
        });
    }
}
