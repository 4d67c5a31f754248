//! Published vectors: the scalar definitions against other people's numbers.

use pow_kernel::{ByteOrder, Encoding, Goal, Hash, NonceLayout, Plan, Work};

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

#[test]
fn blake2s_of_abc_is_that_of_rfc_7693_appendix_b() {
    let expected = hex("508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982");
    assert_eq!(Hash::Blake2s.digest(b"abc").to_vec(), expected);
}

#[test]
fn sha256_has_the_digests_of_the_nist_examples() {
    // FIPS 180-4 example values, one block and two blocks, and the empty message.
    let cases: [(&[u8], &str); 3] = [
        (b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
    ];
    for (message, expected) in cases {
        assert_eq!(Hash::Sha256.digest(message).to_vec(), hex(expected));
    }
}

/// The header of Bitcoin's block 0, its nonce 2083236893 at offset 76.
const GENESIS: &str = concat!(
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e",
    "67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"
);

#[test]
fn the_first_bitcoin_block_is_found_by_every_kernel_of_this_cpu() {
    let layout = NonceLayout { offset: 76, encoding: Encoding::U32Le, digits: None };
    let work = Work::new(Hash::Sha256d, &hex(GENESIS), layout, ByteOrder::Le).unwrap();
    let mut target = [0; 32];
    target[4..6].fill(0xff); // nBits 0x1d00ffff
    let plan = Plan::new(work, Goal::Target(target));
    // Miri interprets: it gets a few nonces.
    let losers = if cfg!(miri) { 2 } else { 5000 };
    for kernel in Hash::Sha256d.kernels().iter().filter(|kernel| kernel.is_available()) {
        assert_eq!(plan.scan(kernel, 2_083_236_893 - losers, 2 * losers), Some(2_083_236_893));
        assert_eq!(plan.scan(kernel, 2_083_236_893 - losers, losers), None);
    }
}

#[test]
fn a_hash_is_named_as_users_write_it() {
    assert_eq!(Hash::ALL.map(Hash::name), ["blake2s", "sha256", "sha256d"]);
}
